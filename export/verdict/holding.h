// SPDX-License-Identifier: Apache-2.0
// What did a process hold at one moment, and who asked for it? The profiles of one dump in the form
// in which they are judged, compared and reported.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../../preload/contract/kinds.h"
#include "../../preload/contract/misuse.h"

namespace leakhook::verdict {

/// What is known of the way to a resource. The first five speak of heap blocks, with the meaning
/// that valgrind gives them; all other kinds are `open`.
enum class Word : std::uint8_t {
  unknown,    ///< a heap block, and nobody asked what is reachable
  reachable,  ///< found from a root by pointers to the starts of blocks
  possible,   ///< found only by way of a pointer into the middle of a block
  indirect,   ///< found only from a block that is itself lost
  definite,   ///< found from nowhere
  open,
};
inline constexpr std::size_t kWords = 6;
/// "definite"; the word that labels, options and reports use.
const char* text_of(Word word);
std::optional<Word> word_of(std::string_view text);

/// One line of a stack as people read it.
struct Frame {
  std::string function;     ///< demangled; "[libz.so.1+0x1234]" where no name is known
  std::string system_name;  ///< mangled; empty where no name is known
  std::string file;         ///< source file, empty when unknown
  std::int64_t line = 0;    ///< 0: unknown
  std::string module;       ///< path of the loaded object, empty when unknown
  friend bool operator==(const Frame&, const Frame&) = default;
};
using Stack = std::vector<Frame>;  ///< innermost first; inlined functions have frames of their own

/// Resources of one process that have kind, word, origin, stack, thread and root cause in common.
struct Holding {
  Kind kind = Kind::none;
  Word word = Word::open;
  std::string origin;  ///< "inherited" or "untracked"; empty: came through a hook
  std::string state;   ///< of threads: "running", "detached" (and running), "ended"; else empty
  Stack stack;
  std::string thread;      ///< who acquired it; of threads: the thread itself
  std::int64_t count = 0;  ///< as the profile has it: an estimate where blocks are sampled
  std::int64_t bytes = 0;  ///< heap and mapping, else 0
  /// Lower bounds of the age in seconds; −1: unknown.
  std::int64_t youngest_s = -1;
  std::int64_t oldest_s = -1;
  std::vector<std::int64_t> sizes;  ///< of heap blocks: distinct ones, rising, at most 64
  /// Number of the root cause: the same for lost blocks of one stack and all that hangs below them;
  /// 0: none. Means nothing outside of its dump.
  std::int64_t leak = 0;
  std::vector<std::int64_t> fds;   ///< descriptor numbers where the profile has them
  std::vector<std::string> paths;  ///< distinct ones
  std::vector<std::string> peers;  ///< distinct remote addresses of sockets
  std::string mark;                ///< label `mark`, e.g. the test in which it was born
};

/// Wrong use of a resource, seen on the way: once for each stack where it happened. No leak, and no
/// reason to fail unless the policy says so.
struct Misuse {
  MisuseKind misuse = MisuseKind::none;  ///< never none; row_of(misuse).text for people
  Kind kind = Kind::none;                ///< what the resource was; none: not known
  std::int64_t count = 0;                ///< how often it happened there
  std::int64_t age_s = -1;  ///< lower bound of the time since the first one; −1: unknown
  std::string thread;       ///< whose first it was; may be empty
  Stack stack;              ///< where it happened
  Stack closed;             ///< where the resource had been given back before; empty: not known
  Stack opened;  ///< where it was acquired; of foreign_close: by its owner; empty: not known
};

/// One profile file as it lay there.
struct ProfileFile {
  std::string name;   ///< "heap"
  std::string path;   ///< where it was read from; empty: made in memory
  std::string bytes;  ///< gzip
};

/// All that one process held at one moment.
struct Dump {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< tells processes of one pid apart; 0: unknown
  std::string program;            ///< last part of the command's first word
  std::string command;            ///< arguments, separated by spaces
  std::string executable;         ///< path of the program's file; empty: unknown
  std::string build_id;           ///< of that file, in hexadecimal digits; empty: unknown
  std::int64_t time_ns = 0;       ///< wall clock
  std::int64_t sample_bytes = 1;  ///< 1: every block was recorded
  bool is_reach_known = false;
  std::string reach_remark;           ///< text behind "reachability: " in the comments
  std::vector<std::string> comments;  ///< all of them
  std::vector<std::string> losses;    ///< comments that tell of something not recorded
  std::vector<Holding> holdings;
  std::vector<Misuse> misuses;
  std::vector<ProfileFile> files;
};

}  // namespace leakhook::verdict
