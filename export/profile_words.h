// SPDX-License-Identifier: Apache-2.0
// Which words do writers and readers of our profiles share? Types of values, keys of labels, starts
// of comments.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "../preload/contract/kinds.h"
#include "../preload/contract/reach.h"

namespace leakhook {

/// The values of a profile that tell what is held now: how many, and how large all together.
struct HeldValues {
  Profile profile;
  const char* count;
  const char* bytes;  ///< null: things without a size
};
inline constexpr HeldValues kHeldValues[] = {
    {Profile::heap, "inuse_objects", "inuse_space"},
    {Profile::mapping, "mappings", "mapped_space"},
    {Profile::fd, "open_fds", nullptr},
    {Profile::thread, "live_threads", nullptr},
    {Profile::timer, "live_timers", nullptr},
    {Profile::process, "child_processes", nullptr},
    {Profile::library, "open_libraries", nullptr},
    {Profile::handle, "open_handles", nullptr},
    {Profile::misuse, "misuses", nullptr},
};
/// The other values of a misuse profile: samples with the stacks from which the resource came.
inline constexpr char kClosedBefore[] = "closed_before";
inline constexpr char kOpened[] = "opened";
static_assert(std::size(kHeldValues) == static_cast<std::size_t>(Profile::count));
constexpr const HeldValues& held_values(Profile profile) {
  return kHeldValues[static_cast<std::size_t>(profile)];
}

/// Keys of labels. A text has no unit.
enum class LabelKey : std::uint8_t {
  kind,
  thread,
  age,
  bytes,
  origin,
  peer,
  fd,
  path,
  reach,
  leak,
  mark,
  state,
  misuse,
  case_number,
  count,
};
struct LabelKeyRow {
  const char* key;
  const char* unit;  ///< null: a text
};
inline constexpr LabelKeyRow kLabelKeys[] = {
    {"kind", nullptr},   {"thread", nullptr}, {"age", "seconds"}, {"bytes", "bytes"},
    {"origin", nullptr}, {"peer", nullptr},   {"fd", "fd"},       {"path", nullptr},
    {"reach", nullptr},  {"leak", "leak"},    {"mark", nullptr},  {"state", nullptr},
    {"misuse", nullptr}, {"case", "case"},
};
static_assert(std::size(kLabelKeys) == static_cast<std::size_t>(LabelKey::count));

/// Texts of the label `reach`; the first one is never written.
inline constexpr const char* kReachTexts[] = {"unknown", "reachable", "possible", "indirect",
                                              "definite"};
static_assert(std::size(kReachTexts) == static_cast<std::size_t>(Reach::count));
constexpr const char* text_of(Reach reach) { return kReachTexts[static_cast<int>(reach)]; }

/// Starts of comments; what follows is for the reader named there.
namespace words {

inline constexpr char kMaker[] = "leakhook ";  ///< the first comment; behind it the version
inline constexpr char kSampled[] = "mode: sampled, one heap block per ";  ///< bytes
inline constexpr char kPid[] = "pid: ";
inline constexpr char kProcessStart[] = "process start: ";
inline constexpr char kCommand[] = "command: ";
inline constexpr char kDumpNumber[] = "dump: ";
inline constexpr char kDamaged[] = "damaged records: ";
inline constexpr char kOwnAllocator[] = "the program's own allocator is not seen";
/// Behind it kReachDone and numbers, or kReachUnknown and why.
inline constexpr char kReachability[] = "reachability: ";
inline constexpr char kReachDone[] = "done";
inline constexpr char kReachUnknown[] = "unknown: ";

}  // namespace words
}  // namespace leakhook
