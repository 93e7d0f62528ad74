// SPDX-License-Identifier: Apache-2.0
// The segment: what the service writes down and any other process may read. Plain structs, fixed
// sizes, offsets and numbers instead of pointers, little-endian. A reader copies, checks, then
// uses.
//
// A segment is a Header and, behind it, the regions in the order of `Region`. Two forms:
//   spread  (the mapping in the service, the file of LEAKHOOK_DIR): a region lies at extent.offset,
//           its first extent.committed bytes mean something, the rest is a hole
//   packed  (a dump: pipe or .lhk file; Header::packed = 1): header_size bytes of header, then of
//   each
//           *streamed* region its first extent.committed bytes, one behind the other; of the
//           others extent.committed says how large they were
// Order matters: records come before the stacks that they name, stacks before nodes, nodes before
// modules, so that a reader of a live stream finds everything that a record refers to.
//
// Who writes: threads of the service, without locks. Every number that a reader uses to find
// something (identity, version, state) is published last with a release store.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "counters.h"
#include "kinds.h"
#include "misuse.h"
#include "reach.h"

namespace leakhook {

inline constexpr std::uint64_t kSegmentMagic = 0x3167657368656c6cULL;  // "llehseg1"
/// Bump with every change of a struct or of a meaning in this file.
inline constexpr std::uint32_t kLayoutVersion = 7;

/// Index into the stacks region; 0: no stack.
using StackId = std::uint32_t;
/// Index into the nodes region; 0: the root, outside of every stack.
using NodeId = std::uint32_t;
/// Index into the modules region; 0: not in any module.
using ModuleId = std::uint16_t;
/// Index into the names region; 0: no name.
using NameId = std::uint16_t;
/// Index into the marks region; 0: no mark.
using MarkId = std::uint16_t;

enum class Region : std::uint32_t {
  fds,          ///< FdRecord, index = descriptor number
  threads,      ///< ThreadRecord, index 0 = main thread
  resources,    ///< ResourceRecord, hashed by identity: free slots in between
  misuses,      ///< MisuseRecord, hashed by what and where: free slots in between
  live,         ///< LiveBucket, hashed by address: free slots in between
  counts,       ///< StackCounts[kCountShards] per stack id, see count_index()
  stacks,       ///< StackRecord, index = stack id
  nodes,        ///< Node, index = node id
  modules,      ///< ModuleRecord, index = module id
  names,        ///< NameRecord, index = name id
  marks,        ///< MarkRecord, index = mark id
  reach,        ///< packed: ReachRecord, the blocks that a snapshot found not to be reachable
  stack_index,  ///< not streamed: hash of a stack → stack id
  overflows,    ///< not streamed: which groups of the live table others stand in for
  count
};
inline constexpr bool is_streamed(Region region) { return region < Region::stack_index; }

struct RegionExtent {
  std::uint64_t offset;                  ///< from the segment's first byte, a multiple of 4096
  std::atomic<std::uint64_t> reserved;   ///< bytes of address space; only shrinks
  std::atomic<std::uint64_t> committed;  ///< bytes that may be read; only grows
  std::atomic<std::uint64_t> used;  ///< records handed out, where records are (append-only regions)
};

/// The whole life of a record in one word. Writers: odd while fields change, even when they are
/// whole. A reader takes the version, the fields, the version again; odd or changed = skip or
/// retry.
using Version = std::atomic<std::uint32_t>;

/// When something was acquired: seconds since Header::start_monotonic_ns + Header::birth_shift in
/// 19 bits, whole seconds for three days, then steps of 256 s for two years. Births up to
/// Header::inherited_until belong to the process that this one was forked from.
struct Birth {
  static constexpr std::uint32_t kBits = 19;
  static constexpr std::uint32_t kFine = 1u << 18;
  static constexpr std::uint32_t encode(std::uint64_t seconds) {
    if (seconds < kFine) return static_cast<std::uint32_t>(seconds);
    const std::uint64_t steps = (seconds - kFine) / 256;
    return steps < kFine ? kFine + static_cast<std::uint32_t>(steps) : 2 * kFine - 1;
  }
  static constexpr std::uint64_t decode(std::uint32_t birth) {
    return birth < kFine ? birth : kFine + std::uint64_t{birth - kFine} * 256;
  }
};

/// One live heap block in 16 bytes.
///   key    address >> 3 (45 bits) | birth (19 bits); 0 = free slot, kBusyKey = being written
///   value  is_huge (1) | size (31) | stack id (22) | thread name id (10)
///          is_huge: size has 41 bits and there is no thread name
struct LiveRecord {
  std::atomic<std::uint64_t> key;
  std::atomic<std::uint64_t> value;
};
static_assert(sizeof(LiveRecord) == 16, "bump kLayoutVersion");

inline constexpr std::uint32_t kStackIdBits = 22;
inline constexpr std::uint32_t kNameIdBits = 10;
inline constexpr StackId kMaxStacks = 1u << kStackIdBits;
inline constexpr std::uint32_t kMaxNames = 1u << kNameIdBits;
/// No block lies in the last 8 bytes of the 48-bit address space.
inline constexpr std::uint64_t kBusyKey = ~std::uint64_t{0};

constexpr std::uint64_t live_key(std::uint64_t address, std::uint32_t birth) {
  return (address >> 3) << Birth::kBits | birth;  // jemalloc gives 8-byte blocks 8-byte addresses
}
constexpr std::uint64_t address_of_key(std::uint64_t key) { return key >> Birth::kBits << 3; }
constexpr std::uint32_t birth_of_key(std::uint64_t key) {
  return static_cast<std::uint32_t>(key & ((1u << Birth::kBits) - 1));
}

struct LiveValue {
  std::uint64_t size;
  StackId stack;
  NameId thread;

  static constexpr std::uint64_t kHuge = std::uint64_t{1} << 63;
  static constexpr std::uint64_t kSmallSizes = std::uint64_t{1} << 31;
  static constexpr std::uint64_t kHugeSizes = std::uint64_t{1} << 41;

  constexpr std::uint64_t encode() const {
    if (size < kSmallSizes) [[likely]]
      return size << (kStackIdBits + kNameIdBits) | std::uint64_t{stack} << kNameIdBits | thread;
    const std::uint64_t fits = size < kHugeSizes ? size : kHugeSizes - 1;
    return kHuge | fits << kStackIdBits | stack;
  }
  static constexpr LiveValue decode(std::uint64_t word) {
    constexpr std::uint64_t kStackMask = kMaxStacks - 1;
    if (word & kHuge)
      return {(word & ~kHuge) >> kStackIdBits, static_cast<StackId>(word & kStackMask), 0};
    return {word >> (kStackIdBits + kNameIdBits),
            static_cast<StackId>(word >> kNameIdBits & kStackMask),
            static_cast<NameId>(word & (kMaxNames - 1))};
  }
};

/// Four records: one cache line, one probe.
struct alignas(64) LiveBucket {
  LiveRecord records[4];
};
static_assert(sizeof(LiveBucket) == 64, "bump kLayoutVersion");

/// What is known of an open descriptor. version 0 or kind none: closed.
struct FdRecord {
  Version version;
  StackId stack;        ///< stays when it is closed
  std::uint32_t birth;  ///< Birth
  NameId thread;
  Kind kind;
  std::uint8_t flags;  ///< FdFlag
  // Private to the service: what it needs to see misuse.
  std::uint64_t closed_at;      ///< where the number was closed last, see ledger/fds.cc
  std::uint32_t stream;         ///< which FILE or DIR owns the number; 0: none
  std::uint32_t robbed_stream;  ///< one whose number was closed beneath it; 0: none
  Kind closed_kind;             ///< what the number was when it was closed last
  std::uint8_t unused;
  std::uint8_t name_size;  ///< bytes of `name` in use
  std::uint8_t name_form;  ///< NameForm
  char name[92];
};
enum FdFlag : std::uint8_t { kFdInherited = 1 };
enum class NameForm : std::uint8_t {
  none,
  path,  ///< as given to open; a longer one keeps its last bytes behind "..."
  peer,  ///< a struct sockaddr: the remote address of a socket
};
static_assert(sizeof(FdRecord) == 128, "bump kLayoutVersion");

enum class ThreadState : std::uint8_t {
  free,      ///< slot not in use
  starting,  ///< pthread_create has not returned yet
  running,
  ended,  ///< ran to its end, not joined: still holds its stack
};

/// One thread. version as in FdRecord.
struct ThreadRecord {
  Version version;
  StackId stack;  ///< where it was created
  std::uint32_t birth;
  NameId creator;  ///< name of the creating thread
  NameId name;     ///< its own name
  ThreadState state;
  std::uint8_t is_detached;
  std::uint8_t is_main;
  std::uint8_t unused;
  std::int32_t tid;         ///< 0 until it runs
  std::uint64_t identity;   ///< pthread_t
  std::uint64_t start;      ///< start routine
  std::uint64_t argument;   ///< private to the service
  std::uint64_t stack_low;  ///< private to the service
  std::uint64_t stack_high;
};
static_assert(sizeof(ThreadRecord) == 64, "bump kLayoutVersion");

/// A mapping, timer, child process, library handle or semaphore. version as in FdRecord;
/// kind none: free slot.
struct ResourceRecord {
  Version version;
  StackId stack;
  std::uint32_t birth;
  NameId thread;
  Kind kind;
  std::uint8_t flags;      ///< ResourceFlag
  std::uint64_t identity;  ///< address, timer_t, pid, handle
  std::uint64_t size;      ///< bytes (mapping), open count (library, semaphore), else 0
  char name[32];           ///< end of the path or name, NUL-padded; may be empty
};
enum ResourceFlag : std::uint8_t { kResourceInherited = 1, kResourceShm = 2 };
static_assert(sizeof(ResourceRecord) == 64, "bump kLayoutVersion");

/// Misuses of one sort that happened at one stack. version as in FdRecord; misuse none: free slot.
struct MisuseRecord {
  Version version;
  StackId stack;        ///< where it happened
  std::uint32_t birth;  ///< when it was seen first, and below what it was about then
  NameId thread;
  MisuseKind misuse;
  Kind kind;               ///< of the resource; none: not known
  StackId closed;          ///< where it had been given back before; 0: not known
  StackId opened;          ///< where it was acquired; 0: not known
  std::uint64_t identity;  ///< number, address, pthread_t, timer_t
  std::uint32_t count;     ///< stays at its end; 0: nothing to report
  std::uint8_t flags;      ///< MisuseFlag
  std::uint8_t unused[3];
};
/// This stack closes numbers whether they are open or not, as daemons do: nothing to report.
enum MisuseFlag : std::uint8_t { kMisuseSweeps = 1 };
static_assert(sizeof(MisuseRecord) == 40, "bump kLayoutVersion");
inline constexpr std::uint32_t kMostMisuses = 1024;

/// Everything ever acquired from one stack. Each shard but the last is written by one thread at a
/// time; a reader adds the shards up. Only heap blocks are counted.
struct StackCounts {
  std::atomic<std::uint64_t> objects;
  std::atomic<std::uint64_t> bytes;
};
inline constexpr std::uint32_t kCountShards = 8;
/// Shards lie in blocks of 256 stacks: a page of 256 × 16 bytes belongs to one shard alone, so that
/// shards nobody uses cost no memory and no cache line is shared.
inline constexpr std::uint32_t kCountBlock = 256;
constexpr std::uint64_t count_index(StackId stack, std::uint32_t shard) {
  return (std::uint64_t{stack / kCountBlock} * kCountShards + shard) * kCountBlock +
         stack % kCountBlock;
}

/// A distinct stack: its innermost node. Written once, before the id is handed out.
struct StackRecord {
  std::atomic<std::uint64_t> hash;  ///< 0 = not written yet
  NodeId leaf;
  std::uint16_t depth;
  std::uint16_t end : 4;  ///< unwind::End as a number: 0 outermost, 1 cut, 2 no rule, 3 unreadable
  std::uint16_t mark : 12;  ///< MarkId: the same frames under another mark are another stack
};
static_assert(sizeof(StackRecord) == 16, "bump kLayoutVersion");

/// One frame, shared by stacks with the same frames outside of it. Written once, before any stack
/// or node names it.
struct [[gnu::packed]] Node {
  std::uint64_t place;  ///< return address (48 bits) | module id << 48
  NodeId parent;        ///< the calling frame; 0 = outermost
};
static_assert(sizeof(Node) == 12, "bump kLayoutVersion");
constexpr std::uint64_t address_of_place(std::uint64_t place) { return place << 16 >> 16; }
constexpr ModuleId module_of_place(std::uint64_t place) {
  return static_cast<ModuleId>(place >> 48);
}

/// A loaded object that stood on a stack; stays after it was unloaded.
struct ModuleRecord {
  std::atomic<std::uint32_t> state;  ///< ModuleState; published last
  std::uint32_t build_id_size;
  std::uint64_t start;  ///< mapped range
  std::uint64_t end;
  std::uint64_t load_bias;  ///< run-time address − address in the file
  std::uint8_t build_id[32];
  char path[448];  ///< as the loader opened it, absolute where possible; longer ones are cut
};
enum class ModuleState : std::uint32_t { unwritten, loaded, unloaded };
static_assert(sizeof(ModuleRecord) == 512, "bump kLayoutVersion");

struct alignas(8) NameRecord {
  char text[16];  ///< NUL-terminated
};

/// What the program called a part of its run, see leakhook_mark. Written before a stack has its id.
struct MarkRecord {
  char text[128];  ///< NUL-terminated; of a longer one the end stays, behind "..."
};
inline constexpr std::uint32_t kMarkIdBits = 12;
inline constexpr std::uint32_t kMaxMarks = 1u << kMarkIdBits;

enum class ProcessState : std::uint32_t { running, ending };

/// Who serves the program's heap.
enum class Allocator : std::uint32_t {
  system,  ///< whoever did without us
  mimalloc,
};

/// The effective values of settings.def that a reader needs.
struct SettingsInForce {
  std::uint64_t sample_bytes;  ///< 1 = every block
  std::uint64_t memory_bytes;
  KindSet kinds;
  std::uint32_t verbose;
  Allocator allocator;  ///< in force, not as set
  char output[512];     ///< stem as set, made absolute, % sequences not replaced
  char exporter[512];   ///< as found, empty when none was found
};

/// Why nobody knows what is reachable. The texts that people read are rows of reach_reasons.def.
enum class ReachReason : std::uint32_t {
#define REACH_REASON(name, text) name,
#include "reach_reasons.def"
  count
};

/// What a snapshot found out, and what it cost. Of dumps without one: all zero.
struct ReachSummary {
  std::uint32_t was_asked;     ///< 1: somebody wanted to know
  ReachReason reason;          ///< none: the records of Region::reach are the answer
  std::uint64_t predicted_ns;  ///< of the pause, before it
  std::uint64_t pause_ns;      ///< from the first thread that stood still until all went on
  std::uint64_t mark_ns;       ///< in the copy, beside the service
  std::uint64_t blocks;        ///< that were judged
  std::uint64_t root_bytes;    ///< scanned for a first pointer
  std::uint64_t heap_bytes;    ///< scanned in blocks
  std::uint32_t threads;       ///< whose stacks were roots
  std::uint32_t unseen;        ///< of them, threads whose registers nobody saw (signals blocked)
};

struct Header {
  std::uint64_t magic;
  std::uint32_t layout_version;
  std::uint32_t header_size;  ///< kHeaderSize: the Header, padded
  std::uint32_t packed;
  std::int32_t pid;
  std::int32_t parent_pid;
  std::atomic<ProcessState> state;
  std::uint64_t start_realtime_ns;   ///< when tracking began
  std::uint64_t start_monotonic_ns;  ///< CLOCK_MONOTONIC second 0 of every Birth; survives fork
  std::uint64_t
      process_start_ticks;         ///< field 22 of /proc/PID/stat: tells processes of one pid apart
  std::uint64_t dump_realtime_ns;  ///< packed: when the dump was asked for
  std::uint64_t dump_monotonic_ns;
  std::uint32_t dump_number;      ///< packed: 1, 2, …
  std::uint32_t is_forked;        ///< began as a fork of a tracked process
  std::uint32_t birth_shift;      ///< at least 1; one more in each forked child
  std::uint32_t inherited_until;  ///< births up to this one are inherited (0: none)
  std::uint32_t is_first_of_tree;
  std::uint32_t libc_hooked;                   ///< the program's malloc is ours
  std::atomic<std::uint64_t> committed_total;  ///< bytes in all regions
  std::atomic<std::uint64_t> live_buckets;     ///< current size of the live table
  char version[32];                            ///< of the library
  char program[64];                            ///< last part of the name that it was started by: %e
  char executable[512];
  char command[1024];  ///< arguments, separated by spaces
  SettingsInForce settings;
  ReachSummary reach;  ///< packed
  std::atomic<std::uint64_t> counters[64];
  RegionExtent regions[static_cast<int>(Region::count)];
};
static_assert(static_cast<int>(Counter::count) <= 64);
inline constexpr std::size_t kHeaderSize = 8192;
static_assert(sizeof(Header) <= kHeaderSize, "bump kLayoutVersion");

}  // namespace leakhook
