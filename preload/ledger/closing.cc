// SPDX-License-Identifier: Apache-2.0
// Was this close one too many? Only what is surely so is misuse.
//
// A number that the kernel does not know and whose earlier close we saw was closed twice. Daemons
// close every number there might be, open or not: a stack from which a number is closed that was
// never open, or four neighbours in a row that are not, sweeps, and nothing it does is misuse.
// That a number belongs to somebody else by now can be known of streams only, which say whose they
// are; of bare numbers, not even a thread tells who owns them: pools close what acceptors opened.
// There the owner's own close is refused in turn, and then both closes can be told.
#include "fds.h"
#include "misuses.h"
#include "moment.h"
#include "probe.h"
#include "stack_table.h"
#include "versioned.h"

namespace leakhook::ledger {
namespace {

constexpr std::uint64_t kIsStack = std::uint64_t{1} << 63;

/// closes_in_a_row: stack (22) | number (31) | how many (8).
constexpr std::uint64_t kSweepers = 4;
constexpr int kNumberBits = 31, kManyBits = 8;

/// By return address and frame: the stack that swept last, so that a long sweep costs little.
constinit std::atomic<std::uint64_t> last_sweeper{0};
std::uint64_t sweeper(HookFrame hook) {
  return hook.words[1] ^ reinterpret_cast<std::uint64_t>(hook.words) << 20;
}

/// A kind that is not tracked may have used a number in between.
bool is_every_fd_tracked() {
  constexpr KindSet kFds = kinds_of(Profile::fd);
  return (segment.kinds & kFds) == kFds;
}

/// The next of a row of neighbours? Deliberate repeats of one number are none.
bool sweeps(StackId stack, int fd) {
  constexpr std::uint64_t kMany = (1 << kManyBits) - 1,
                          kNumber = (std::uint64_t{1} << kNumberBits) - 1;
  const std::uint64_t row = closes_in_a_row.load(std::memory_order_relaxed);
  const auto last = static_cast<int>(row >> kManyBits & kNumber);
  const bool goes_on =
      row >> (kNumberBits + kManyBits) == stack && (fd == last + 1 || fd == last - 1);
  const std::uint64_t many = goes_on ? (row & kMany) + 1 : 1;
  closes_in_a_row.store(std::uint64_t{stack} << (kNumberBits + kManyBits) |
                            static_cast<std::uint64_t>(fd) << kManyBits | (many & kMany),
                        std::memory_order_relaxed);
  return many >= kSweepers;
}

void closed_again(HookFrame hook, int fd, ClosedFd before) {
  const Moment moment = take_moment(hook.caller());
  if (sweeps(moment.stack, fd)) return misuses::record_sweep(MisuseKind::double_close, moment);
  misuses::record(MisuseKind::double_close, moment,
                  {before.kind, static_cast<std::uint64_t>(fd), stack_of_closing(before.closed_at),
                   before.opened});
}

void closed_blindly(HookFrame hook) {
  const std::uint64_t place = sweeper(hook);
  if (last_sweeper.load(std::memory_order_relaxed) == place) return;
  misuses::record_sweep(MisuseKind::double_close, take_moment(hook.caller()));
  last_sweeper.store(place, std::memory_order_relaxed);
}

void refused(HookFrame hook, int fd, ClosedFd before) {
  switch (before.state) {
    case ClosedFd::closed:
      return closed_again(hook, fd, before);
    case ClosedFd::open:  // closed past the hooks since
      if (const FdRecord* record = known_fd(fd))
        closed_again(hook, fd, {ClosedFd::closed, record->closed_kind, record->stack, 0});
      return;
    case ClosedFd::unknown:
      return closed_blindly(hook);
    default:  // of a stream that was open, writing what it held may have been refused
      return;
  }
}

/// Opened past the hooks, closed here: the close to remember is this one.
void closed_unseen(HookFrame hook, int fd) {
  FdRecord* record = known_fd(fd);
  if (record == nullptr) return;
  const std::uint64_t place = watched_closing_place(hook);
  Writing writing(record->version);
  if (record->kind != Kind::none) return;  // somebody else's already
  record->closed_at = place, record->closed_kind = Kind::other_fd, record->stack = 0;
}

}  // namespace

std::uint64_t watched_closing_place(HookFrame hook) {
  closes_in_a_row.store(0, std::memory_order_relaxed);
  return misuses::were_seen() ? kIsStack | take_moment(hook.caller()).stack : hook.words[1];
}

StackId stack_of_closing(std::uint64_t closed_at) {
  if ((closed_at & kIsStack) != 0) return static_cast<StackId>(closed_at & (kMaxStacks - 1));
  const unwind::Address frame[] = {closed_at};
  return closed_at != 0 ? stack_table::intern(frame, unwind::End::cut) : 0;
}

void close_returned_oddly(HookFrame hook, int fd, ClosedFd before, bool is_refused) {
  if (before.state == ClosedFd::unseen || !is_every_fd_tracked() || !may_record(Event::acquire))
    return;
  if (is_refused) return refused(hook, fd, before);
  if (before.state == ClosedFd::closed || before.state == ClosedFd::unknown)
    return closed_unseen(hook, fd);
  // The first three change owners as programs like: the lowest free number goes to who asks next.
  if (before.state == ClosedFd::taken && fd > 2)
    misuses::record(MisuseKind::foreign_close, take_moment(hook.caller()),
                    {before.kind, static_cast<std::uint64_t>(fd),
                     stack_of_closing(before.closed_at), before.opened});
}

}  // namespace leakhook::ledger
