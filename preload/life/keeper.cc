// SPDX-License-Identifier: Apache-2.0
// The keeper's life, and the places that keepers run in.
//
// Everything below keep() runs in a process that shares our memory: raw system calls only, all
// signals blocked, thread-local memory belongs to the interrupted thread and is not touched.
#include "keeper.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include "../base/waiting.h"
#include "../ledger/attention.h"
#include "../ledger/segment.h"
#include "few_descriptors.h"
#include "headroom.h"
#include "picture.h"
#include "process.h"
#include "signals.h"
#include "stream.h"
#include "waiting_requests.h"
#include "without_exporter.h"

namespace leakhook::life {
namespace {

using ledger::segment;

/// Memory of one keeper. Not reused before the kernel has cleared `tid` and the keeper was reaped.
struct alignas(64) Place {
  alignas(64) char buffer[kStreamBuffer];
  char stack[40 * 1024];               // a copy that looks for pointers stands here, too
  char child_stack[8 * 1024];          // of the exporter until it execs
  std::atomic<std::int32_t> tid;       // 0 = nobody runs here; −1 = claimed
  std::atomic<std::int32_t> unreaped;  // pid that waits to be waited for
  std::atomic<std::int32_t> starting;  // exporter still on child_stack: its keeper may be killed
  std::atomic<bool> is_ending;         // the keeper has nothing left to do but to exit
  Request request;
  WaitingThread waiting;
  std::uint32_t number;
  std::uint64_t realtime_ns, monotonic_ns;
  int exporter_end;  // for the exporter
  long exec_error;   // 0 = it runs
  Path stem;
};
constexpr int kPlaces = 4;
constinit Place places[kPlaces]{};
/// Were there keepers? A child of a fork without them leaves the large places untouched.
constinit std::atomic<bool> places_used{false};

constinit std::atomic<std::uint32_t> dumps_begun{0};
/// Requests that found all places taken: done by the next keeper that is ready.
constinit WaitingRequests waiting;
/// A process that ends waits for its last dump no longer: a dead disk must not keep it.
constexpr std::uint64_t kLongestWait = 60'000'000'000;  // ns

std::uint64_t all_signals = ~std::uint64_t{0};

void set_mask(const std::uint64_t* mask, std::uint64_t* before) {
  sys::call(SYS_rt_sigprocmask, SIG_SETMASK, sys::word(mask), sys::word(before), 8);
}

// --- the exporter ------------------------------------------------------------------------------

/// Runs between vfork and exec: in the keeper's memory, on its own stack.
int become_exporter(void* argument) {
  auto& place = *static_cast<Place*>(argument);
  const std::uint64_t no_signals = 0;
  sys::call(SYS_setsid);  // a Ctrl-C at the service's terminal is not for us
  be_ended_first();
  // Without it the exporter would read what the service's standard input has for the service.
  place.exec_error = sys::call(SYS_dup3, place.exporter_end, 0, 0);
  if (sys::failed(place.exec_error)) sys::call(SYS_exit_group, 127);
  set_mask(&no_signals, nullptr);
  if (!sys::may_read_counter()) sys::call(SYS_prctl, PR_SET_TSC, PR_TSC_ENABLE);
  Text<16> token, service;
  token << std::uint64_t{place.request.token};
  service << segment.owner;
  const bool wants_fd = (place.request.labels & kLabelFd) != 0;
  const bool wants_path = (place.request.labels & kLabelPath) != 0;
  const char* arguments[12] = {"leakhook", "export",       "-", "-o", place.stem.c_str(),
                               "--live",   service.c_str()};
  int count = 7;
  if (wants_fd || wants_path) {
    arguments[count++] = "--labels";
    arguments[count++] = wants_fd && wants_path ? "fd,path" : wants_fd ? "fd" : "path";
  }
  if (place.request.token != 0) {
    arguments[count++] = "--reply";
    arguments[count++] = token.c_str();
  }
  // Where the loader loads us into every program: its own dump would be made by another exporter.
  const char* const environment[] = {"LEAKHOOK_START=off", "LEAKHOOK_AT_EXIT=0", nullptr};
  place.exec_error = sys::call(SYS_execve, sys::word(process.exporter), sys::word(arguments),
                               sys::word(environment));
  sys::call(SYS_exit_group, 127);
  return 127;
}

/// The exporter says with one byte that it has looked at /proc, so that nothing that is opened
/// later seems to be missing in the tables. False: it ended instead.
bool await_exporter(int channel) {
  char ready;
  long got;
  while ((got = sys::read(channel, &ready, 1)) == -EINTR) {
  }
  return got == 1;
}

bool wants_picture(const Place& place) { return (place.request.labels & kLabelReach) != 0; }

/// False: the descriptor does not take it.
bool write_dump(void* dump, int fd) {
  auto& place = *static_cast<Place*>(dump);
  const StreamOrder order{place.number, place.realtime_ns, place.monotonic_ns, {}};
  return wants_picture(place) ? write_stream_of_picture(fd, order, place.waiting, place.buffer)
                              : write_stream(fd, order, place.buffer);
}

/// −errno of what failed, or the exporter's wait status.
long run_exporter(Place& place) {
  if (process.exporter[0] == 0) return -ENOENT;
  int channel[2];
  const long made =
      sys::call(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sys::word(channel));
  if (sys::failed(made)) return made;
  place.exporter_end = channel[0];
  place.exec_error = 0;
  const long child =
      sys::clone_call(become_exporter, place.child_stack + sizeof place.child_stack,
                      CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                      &place, &place.starting, &place.starting);
  sys::close(channel[0]);
  long result = child;
  if (child > 0) {
    const bool is_ready = place.exec_error == 0 && await_exporter(channel[1]);
    if (is_ready) write_dump(&place, channel[1]);
    sys::close(channel[1]);
    int status = 0;
    while (sys::call(SYS_wait4, child, sys::word(&status), 0, 0) == -EINTR) {
    }
    if (WIFSIGNALED(status)) remove_partial_profiles(place.stem, child);
    result = place.exec_error != 0 ? place.exec_error : is_ready ? status : -EPROTO;
  } else {
    sys::close(channel[1]);
  }
  return result;
}

// --- the keeper --------------------------------------------------------------------------------

void name_dump(Place& place) {
  struct {
    char system[65], host[65], others[4][65];
  } names{};
  sys::call(SYS_uname, sys::word(&names));
  place.number = 1 + dumps_begun.fetch_add(1, std::memory_order_relaxed);
  place.realtime_ns = sys::nanoseconds(CLOCK_REALTIME);
  place.monotonic_ns = sys::nanoseconds(CLOCK_MONOTONIC);
  place.stem.clear();
  if (segment.header->settings.output[0] == 0) return;  // said at the start: too long
  place.stem = expand_output(segment.header->settings.output, "",
                             {process.program, static_cast<std::uint32_t>(segment.header->pid),
                              place.number, place.realtime_ns / 1'000'000'000, names.host});
}

bool has_path(const Place& place) {
  return place.stem.size() != 0 && place.stem.size() + kSuffixes < sizeof(Path);
}

/// No exporter could do it. What was said of it.
Line fall_back(Place& place) {
  Line line;
  if (!has_path(place)) {
    segment.count(Counter::dumps_lost);
    line << "no dump: the path that LEAKHOOK_OUTPUT gives is longer than "
         << std::uint64_t{sizeof(Path) - kSuffixes} << " characters";
  } else {
    const bool is_written = write_raw_file(place.stem, write_dump, &place, &line);
    segment.count(is_written ? Counter::dumps_raw : Counter::dumps_lost);
  }
  say(line.c_str());
  return line;
}

/// An exporter that ended by itself has said what was wrong, also to whoever asked; one that never
/// ran or was killed not.
void dump_once(Place& place) {
  const long result = has_path(place) ? run_exporter(place) : -ENAMETOOLONG;
  const bool has_spoken = !sys::failed(result) && WIFEXITED(result) && WEXITSTATUS(result) != 127;
  if (!has_spoken) return tell_asker(place.request, fall_back(place));
  if (WEXITSTATUS(result) != 0) segment.count(Counter::dumps_lost);
}

/// A keeper outlives its service, but finishes only what it has begun.
bool is_service_alive() { return sys::call(SYS_getppid) == segment.owner; }

/// The process waits for its last dump, and before that for a place of a keeper. Nothing else is
/// begun: whoever asks fifty times a second would keep it from ending.
bool is_ending() {
  return segment.header->state.load(std::memory_order_relaxed) == ProcessState::ending;
}

void drop_waiting() {
  Request request;
  while (waiting.take(&request)) segment.count(Counter::dumps_dropped);
}

/// The labels that the settings want in each dump.
Request with_settings(Request request) {
  request.labels = static_cast<std::uint8_t>(request.labels | process.settings.LABELS.set);
  if (process.settings.REACH == ReachWhen::all) request.labels |= kLabelReach;
  return request;
}

/// The other threads of a process that ends would be gone by now: while its last dump is made they
/// must not work on among destroyed objects. What begins here is over with the process
/// (nobody_goes_on_before). A picture brings a standstill of its own.
void hold_other_threads(const Place& place, Standstill* others) {
  constexpr std::uint64_t kLongestAsking = 200'000'000;  // ns
  const bool is_last = place.waiting.tid != 0;
  if (!is_last || !ledger::is_threaded.load(std::memory_order_relaxed) || wants_picture(place) ||
      are_pictures_forbidden() || stand_still_signal() == 0)
    return;
  others->begin(segment.owner, stand_still_signal(), place.waiting,
                sys::nanoseconds(CLOCK_MONOTONIC) + kLongestAsking);
}

int keep(void* argument) {
  auto& place = *static_cast<Place*>(argument);
  keep_few_descriptors(wants_picture(place));
  Standstill others;
  hold_other_threads(place, &others);
  dump_once(place);
  others.end();
  while (is_service_alive() && !is_ending() && waiting.take(&place.request)) {
    place.request = with_settings(place.request);
    place.waiting = {};
    name_dump(place);
    dump_once(place);
  }
  place.is_ending.store(true, std::memory_order_release);  // pairs with reap_keepers()
  ledger::attention.load(std::memory_order_relaxed)
      ->keepers_ended.store(1, std::memory_order_release);  // pairs with may_record()
  sys::call(SYS_exit, 0);
  return 0;
}

/// The keeper was killed: what it did is over, and nobody has said so.
void lose_with_its_keeper(const Place& place, std::int32_t pid) {
  remove_partial_raw_file(place.stem, pid);
  segment.count_and_say(Counter::dumps_lost);
}

Place* claim_place() {
  places_used.store(true, std::memory_order_relaxed);
  for (Place& place : places) {
    std::int32_t expected = 0;
    if ((place.unreaped.load(std::memory_order_acquire) | place.starting.load()) == 0 &&
        place.tid.compare_exchange_strong(expected, -1, std::memory_order_acquire))
      return &place;
  }
  return nullptr;
}

/// The keeper's pid, or −errno. Signals stay blocked in it for good.
long start_in(Place& place, const Request& request, const WaitingThread& waiting, int exit_signal) {
  place.request = with_settings(request);
  place.waiting = waiting;
  name_dump(place);
  std::uint64_t before = 0;
  set_mask(&all_signals, &before);
  place.is_ending.store(false, std::memory_order_relaxed);
  // The kernel writes `unreaped` before the keeper runs: however short its life, it is known.
  const unsigned long flags =
      CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | static_cast<unsigned>(exit_signal);
  const long pid = process.is_under_valgrind
                       ? -ENOSYS
                       : sys::clone_call(keep, place.stack + sizeof place.stack, flags, &place,
                                         &place.unreaped, &place.tid);
  set_mask(&before, nullptr);
  if (pid <= 0) {
    // No process to be had (a limit, a filter, an ended pid namespace, valgrind): this thread
    // writes the bytes.
    fall_back(place);
    place.tid.store(0, std::memory_order_release);
  }
  return pid;
}

/// Waits until nobody runs in this place. False: the deadline has passed. The kernel clears the tid
/// of a keeper that ends and wakes whoever waits for that.
bool await_end(Place& place, std::uint64_t deadline) {
  while (true) {
    const std::int32_t tid = place.tid.load(std::memory_order_acquire);
    if (tid == 0) return true;
    const std::uint64_t now = sys::nanoseconds(CLOCK_MONOTONIC);
    if (now >= deadline) return false;
    sys::wait_while(place.tid, tid, deadline - now);
  }
}

/// False: this place's keeper is not dead yet. `options`: WNOHANG, or 0 to wait for that.
bool reap_from(Place& place, int options) {
  std::int32_t pid = place.unreaped.load(std::memory_order_acquire);
  if (pid == 0) return true;
  int status = 0;
  long result;
  do result = sys::call(SYS_wait4, pid, sys::word(&status), __WCLONE | options, 0);
  while (result == -EINTR);
  if (result == pid && WIFSIGNALED(status)) lose_with_its_keeper(place, pid);
  if (result != pid && result != -ECHILD) return false;
  // Not the next one: another thread may have reaped too.
  place.unreaped.compare_exchange_strong(pid, 0, std::memory_order_release);
  return true;
}

/// Until no dump is under way, or the deadline has passed.
void await_all(std::uint64_t deadline) {
  // Whoever has left its place is dead any moment.
  for (Place& place : places) reap_from(place, await_end(place, deadline) ? 0 : WNOHANG);
}

}  // namespace

bool start_keeper(const Request& request) {
  if (!is_ending()) {
    reap_keepers();
    if (Place* place = claim_place()) {
      start_in(*place, request, {}, keeper_end_signal());
      return true;
    }
    if (waiting.put(request)) {
      // All keepers may have looked for waiting requests for the last time just before.
      start_waiting();
      return true;
    }
  }
  segment.count(Counter::dumps_dropped);
  return false;
}

void start_waiting() {
  Request request;
  Place* place = claim_place();
  if (place == nullptr) return;
  if (waiting.take(&request))
    start_in(*place, request, {}, keeper_end_signal());
  else
    place->tid.store(0, std::memory_order_release);
}

void keep_and_wait(const Request& request, const WaitingThread& waiting) {
  const std::uint64_t deadline = sys::nanoseconds(CLOCK_MONOTONIC) + kLongestWait;
  drop_waiting();
  Place* place = claim_place();
  for (int i = 0; place == nullptr && await_end(places[i % kPlaces], deadline); ++i) {
    reap_keepers();
    place = claim_place();
  }
  if (place != nullptr && start_in(*place, request, waiting, 0) <= 0) return;
  if (place != nullptr && await_end(*place, deadline)) return await_all(deadline);
  segment.count(Counter::dumps_dropped);
  say("the last dump takes too long: the process ends without waiting for it");
}

void await_keepers() {
  if (places_used.load(std::memory_order_relaxed))
    await_all(sys::nanoseconds(CLOCK_MONOTONIC) + kLongestWait);
}

void reap_keepers() {
  ledger::Attention* attention = ledger::attention.load(std::memory_order_relaxed);
  attention->keepers_ended.store(0, std::memory_order_relaxed);
  for (Place& place : places)
    if (!reap_from(place, WNOHANG) && place.is_ending.load(std::memory_order_acquire))
      attention->keepers_ended.store(1, std::memory_order_relaxed);  // dead any moment: come again
}

void forget_keepers() {
  if (places_used.exchange(false, std::memory_order_relaxed)) {
    for (Place& place : places) {
      place.tid.store(0, std::memory_order_relaxed);
      place.unreaped.store(0, std::memory_order_relaxed);
      place.starting.store(0, std::memory_order_relaxed);
    }
  }
  dumps_begun.store(0, std::memory_order_relaxed);
  waiting.clear();
  forget_standstill();
}

}  // namespace leakhook::life
