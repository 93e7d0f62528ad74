// SPDX-License-Identifier: Apache-2.0
// The ledger that only takes notes: every function of ledger/ledger.h, and spies in front of the
// real functions that note when they run.
#include <stdarg.h>
#include <string.h>

#include "../../../preload/base/real.h"
#include "../../../preload/ledger/ledger.h"
#include "../../../preload/ledger/sandbox.h"
#include "../../../preload/life/life.h"
#include "../../../preload/life/sandbox.h"
#include "books.h"

namespace leakhook {
namespace {

struct Page {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  bool is_open = false;
  bool is_about_heap = false;
  char row[32] = {};
  char text[4096] = {};
  size_t size = 0;
  std::uint64_t caller_low = 0, caller_high = 0;
} page;

bool known_fds[4096];
bool refuses_threads = false;

/// Identities acquired and not released, of any kind.
std::uint64_t known_resources[64];
int known_count = 0;

void learn(std::uint64_t identity) {
  if (known_count < 64) known_resources[known_count++] = identity;
}
bool forget(std::uint64_t identity) {
  for (int i = 0; i < known_count; ++i) {
    if (known_resources[i] != identity) continue;
    known_resources[i] = known_resources[--known_count];
    return true;
  }
  return false;
}

ThreadRecord threads[64];
int next_thread = 0;

__attribute__((format(printf, 1, 2))) void note(const char* format, ...) {
  pthread_mutex_lock(&page.lock);
  if (page.is_open && page.size < sizeof page.text - 200) {
    if (page.size != 0) page.size += static_cast<size_t>(sprintf(page.text + page.size, ", "));
    va_list arguments;
    va_start(arguments, format);
    page.size += static_cast<size_t>(vsnprintf(page.text + page.size, 180, format, arguments));
    va_end(arguments);
  }
  pthread_mutex_unlock(&page.lock);
}

void note_heap(const char* what, const char* mark, const void* block, long size) {
  if (!page.is_about_heap) return;
  if (size >= 0)
    note("%s%s %p %ld", what, mark, block, size);
  else
    note("%s%s %p", what, mark, block);
}

/// "!" when this is no place in the test program, or its return address does not stand below cfa.
const char* doubt(const ledger::Caller& caller) {
  const std::uint64_t pc = caller.pc.value;
  const bool is_right = pc >= page.caller_low && pc < page.caller_high &&
                        reinterpret_cast<const std::uint64_t*>(caller.cfa)[-1] == pc;
  return is_right ? "" : "!";
}

bool is_heap_row(const char* row) {
  bool found = false;
#define INTERPOSED(ret, name, params, args)
#define HEAP_ACQUIRE(name, params, args, size) found |= strcmp(row, #name) == 0;
#define HEAP_RELEASE(name, params, args, block) found |= strcmp(row, #name) == 0;
#include "../../../preload/interposed.def"
  return found || strncmp(row, "realloc", 7) == 0 || strcmp(row, "posix_memalign") == 0;
}

namespace truth {
#define INTERPOSED(ret, name, params, args) ret(*name) params;
#include "../../../preload/interposed.def"
}  // namespace truth

namespace spy {
#define INTERPOSED(ret, name, params, args)                         \
  ret name params {                                                 \
    if (page.is_open && strcmp(page.row, #name) == 0) note("real"); \
    return truth::name args;                                        \
  }
#include "../../../preload/interposed.def"
}  // namespace spy

/// A spy is a frame, and those are jumped to without one.
bool may_be_spied(const char* row) {
  if (strcmp(row, "dlclose") == 0) return true;
  return strcmp(row, "vfork") != 0 && strcmp(row, "clone") != 0 && strcmp(row, "syscall") != 0 &&
         strncmp(row, "dl", 2) != 0;
}

__attribute__((constructor)) void place_spies() {
  real::resolve_all();
  ledger::sample_filter.turn_off();
#define INTERPOSED(ret, name, params, args) \
  truth::name = real::name;                 \
  if (may_be_spied(#name)) real::name = spy::name;
#include "../../../preload/interposed.def"
}

}  // namespace

namespace ledger {

// All zero: every block is due.
thread_local constinit ThisThread this_thread{};
constinit SampleFilter sample_filter{};

void acquired_due_block(HookFrame hook, const void* address, std::size_t size) {
  note_heap("acquired_block", doubt(hook.caller()), address, static_cast<long>(size));
}
WithdrawnBlock withdraw_block(const void* address) {
  note_heap("withdraw_block", "", address, -1);
  return {reinterpret_cast<std::uint64_t>(address), 0};
}
void restore_block(const WithdrawnBlock& block) {
  note_heap("restore_block", "", reinterpret_cast<void*>(block.key), -1);
}

void acquired_fd(const Caller& caller, Kind kind, int fd, const char* path) {
  note("acquired_fd%s %s %d %s", doubt(caller), row_of(kind).label, fd, path ? path : "-");
  if (fd >= 0 && fd < 4096) known_fds[fd] = true;
}
void acquired_fd_pair(const Caller& caller, Kind kind, int first, int second, const char* path) {
  acquired_fd(caller, kind, first, nullptr);
  acquired_fd(caller, kind, second, path);
}

void acquired_fd_copy(const Caller& caller, int from, int to) {
  note("acquired_fd_copy%s %d %d", doubt(caller), from, to);
  if (to >= 0 && to < 4096) known_fds[to] = true;
}
void set_fd_peer(int fd, const sockaddr* address, socklen_t size) {
  note("set_fd_peer %d family %d size %u", fd, address->sa_family, size);
}
ClosedFd released_fd(HookFrame hook, int fd) {
  note("released_fd%s %d", doubt(hook.caller()), fd);
  if (fd >= 0 && fd < 4096) known_fds[fd] = false;
  ClosedFd before;
  if (fd >= 0) before.state = ClosedFd::open;
  return before;
}
ClosedFd released_stream(HookFrame hook, int fd, const void*) {
  note("released_stream%s %d", doubt(hook.caller()), fd);
  ClosedFd before;
  if (fd >= 0) before.state = ClosedFd::open_stream;
  return before;
}
void close_returned_oddly(HookFrame hook, int fd, ClosedFd before, bool is_refused) {
  if (before.state != ClosedFd::unseen)
    note("close_%s%s %d", is_refused ? "refused" : "failed", doubt(hook.caller()), fd);
}
void set_fd_stream(int fd, const void* stream) {
  note("set_fd_stream%s %d", stream != nullptr ? "" : "!", fd);
}
void released_fds(HookFrame hook, unsigned first, unsigned last) {
  note("released_fds%s %u %u", doubt(hook.caller()), first, last);
}
void withdraw_fd(int fd, WithdrawnFd* out) {
  note("withdraw_fd %d", fd);
  alignas(FdRecord) static char some[sizeof(FdRecord)];
  out->slot = fd >= 0 && fd < 4096 && known_fds[fd] ? reinterpret_cast<FdRecord*>(some) : nullptr;
}
void restore_fd(const WithdrawnFd& withdrawn) {
  note("restore_fd %s", withdrawn.slot != nullptr ? "known" : "empty");
}

void acquired_mapping(const Caller& caller, const void* address, std::size_t size, Beneath beneath,
                      bool is_shm) {
  note("acquired_mapping%s %p %zu%s%s", doubt(caller), address, size, is_shm ? " shm" : "",
       beneath == Beneath::others ? " over others" : "");
}
void released_range(const void* address, std::size_t size) {
  note("released_range %p %zu", address, size);
}
void withdraw_range(const void* address, std::size_t size, WithdrawnRange* out) {
  note("withdraw_range %p %zu", address, size);
  out->count = 1;
}
void restore_range(const WithdrawnRange& withdrawn) {
  note("restore_range %s", withdrawn.count != 0 ? "known" : "empty");
}
std::size_t shm_size(const void*) { return 8192; }

ThreadRecord* thread_starts(const Caller& caller, void* start_routine, void* argument,
                            std::size_t stack_size, bool is_detached) {
  note("thread_starts%s %zu%s", doubt(caller), stack_size, is_detached ? " detached" : "");
  if (refuses_threads) return nullptr;
  ThreadRecord* thread = &threads[next_thread++ % 64];
  thread->identity = 0;
  thread->start = reinterpret_cast<std::uint64_t>(start_routine);
  thread->argument = reinterpret_cast<std::uint64_t>(argument);
  return thread;
}
void thread_start_failed(ThreadRecord*) { note("thread_start_failed"); }
void thread_created(ThreadRecord*, std::uint64_t) {}  // may come before or after the thread's own
void thread_enters(ThreadRecord*, std::uint64_t identity) {
  note("thread_enters%s", identity == pthread_self() ? "" : "!");
}
void thread_ends(ThreadRecord*) { note("thread_ends"); }
ThreadTicket find_thread(std::uint64_t identity) {
  note("find_thread");
  return {.thread = &threads[0], .identity = identity};
}
void thread_joined(const Caller& caller, const ThreadTicket& ticket) {
  note("thread_joined%s%s", doubt(caller), ticket.thread != nullptr ? "" : "!");
}
void thread_detached(const Caller& caller, const ThreadTicket& ticket) {
  note("thread_detached%s%s", doubt(caller), ticket.thread != nullptr ? "" : "!");
}
void thread_refused(const Caller& caller, std::uint64_t identity, const ThreadTicket& ticket) {
  note("thread_refused%s%s", doubt(caller), ticket.identity == identity ? "" : "!");
}
void thread_named(std::uint64_t identity, const char* name) {
  note("thread_named %s %s", identity != 0 ? "other" : "self", name);
}

void acquired(const Caller& caller, Kind kind, std::uint64_t identity, const char* name) {
  note("acquired%s %s %lx %s", doubt(caller), row_of(kind).label, identity, name ? name : "-");
  learn(identity);
}
void released(Kind kind, std::uint64_t identity) {
  note("released %s %lx", row_of(kind).label, identity);
}
void withdraw(Kind kind, std::uint64_t identity, WithdrawnResource* out) {
  note("withdraw %s %lx", row_of(kind).label, identity);
  out->kind = forget(identity) ? kind : Kind::none;
  out->identity = identity;
}
void restore(const WithdrawnResource& withdrawn) {
  if (withdrawn.kind == Kind::none) return;
  note("restore %s", row_of(withdrawn.kind).label);
  learn(withdrawn.identity);
}
void timer_deleted(const Caller& caller, const WithdrawnResource& timer) {
  note("timer_deleted%s %lx", doubt(caller), timer.identity);
}
void timer_refused(const Caller& caller, std::uint64_t identity) {
  note("timer_refused%s %lx", doubt(caller), identity);
}
void heap_has_strangers() { note("heap_has_strangers"); }
void libraries_changed() { note("libraries_changed"); }
void lost(Counter counter) { note("lost %s", kCounterRows[static_cast<int>(counter)].name); }
void second_thread_comes() {}

void thread_vforks() { note("thread_vforks"); }
void thread_forked() { note("thread_forked"); }
void note_sandbox() { note("note_sandbox"); }
bool is_sandboxed() { return false; }
bool may_unmap() { return true; }

}  // namespace ledger

namespace life {
void sandbox_begins(const sock_fprog*) { note("sandbox_begins"); }
void address_space_was_limited() { note("address_space_was_limited"); }
}  // namespace life
}  // namespace leakhook

using leakhook::page;

void books_start(const char* row) {
  pthread_mutex_lock(&page.lock);
  strncpy(page.row, row, sizeof page.row - 1);
  page.is_about_heap = leakhook::is_heap_row(row);
  page.text[page.size = 0] = 0;
  page.is_open = true;
  pthread_mutex_unlock(&page.lock);
}
const char* books_stop() {
  pthread_mutex_lock(&page.lock);
  page.is_open = false;
  pthread_mutex_unlock(&page.lock);
  return page.text;
}
bool books_contain(const char* text) {
  pthread_mutex_lock(&page.lock);
  const bool found = strstr(page.text, text) != nullptr;
  pthread_mutex_unlock(&page.lock);
  return found;
}
void books_expect_callers(const void* low, const void* high) {
  page.caller_low = reinterpret_cast<std::uint64_t>(low);
  page.caller_high = reinterpret_cast<std::uint64_t>(high);
}
void* books_truth(const char* row) {
#define INTERPOSED(ret, name, params, args) \
  if (strcmp(row, #name) == 0) return reinterpret_cast<void*>(leakhook::truth::name);
#include "../../../preload/interposed.def"
  return nullptr;
}
void books_sample(bool is_on, const void* sampled) {
  using namespace leakhook::ledger;
  this_thread.bytes_until_sample = is_on ? INT64_MAX / 2 : 0;
  for (auto& counter : sample_filter.counters) counter = 0;
  is_on ? sample_filter.turn_on() : sample_filter.turn_off();
  if (sampled != nullptr)
    ++sample_filter.counters[SampleFilter::place_of(reinterpret_cast<std::uint64_t>(sampled))];
}
void books_refuse_threads(bool refuse) { leakhook::refuses_threads = refuse; }
