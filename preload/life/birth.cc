// SPDX-License-Identifier: Apache-2.0
// Birth of a program (our constructor) and of a forked child (its first event).
//
// The library is linked with -z initfirst: its constructor runs before those of all other
// libraries, so that what they acquire is recorded. Only what the loader itself allocates comes
// earlier.
#include "birth.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include <cstring>

#include "../base/line.h"
#include "../base/real.h"
#include "../base/system.h"
#include "../ledger/attention.h"
#include "../ledger/fds.h"
#include "../ledger/modules.h"
#include "books.h"
#include "ending.h"
#include "keeper.h"
#include "process.h"
#include "signals.h"

extern "C" [[gnu::weak]] const char* gnu_get_libc_version();

/// What pthread_atfork is made of in glibc; other libcs need not have it for us to load.
extern "C" [[gnu::weak]] int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(),
                                               void* library);

namespace leakhook::life {
namespace {

using ledger::Attention;
using ledger::segment;

constinit std::atomic<std::uint64_t> early_events{0};
constinit bool was_constructed = false;
constinit bool is_dormant = false;

/// A page that forked children find wiped. Kernels that cannot wipe (before 4.14) leave us to
/// atfork handlers.
Attention* make_attention() {
  auto* page = static_cast<Attention*>(
      sys::map(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS));
  if (page == nullptr) return nullptr;
  if (sys::failed(sys::call(SYS_madvise, sys::word(page), 4096, MADV_WIPEONFORK)))
    if (&__register_atfork != nullptr)
      __register_atfork(
          nullptr, nullptr, [] { set_mode(Attention::unborn); }, nullptr);
  return page;
}

/// The first process of a tree complains for all of them.
void complain_about_settings(const char* const* environment) {
  Settings ignored;
  if (!process.is_first_of_tree) return;
  read_settings(environment, &ignored, [](const char* line) { say(line); });
  if (process.settings.HELP) print_settings([](const char* line) { leakhook::say(1, line); });
}

bool should_track() {
  return process.is_first_of_tree || process.settings.CHILDREN == Children::all;
}

/// Descriptors that came with the process.
void note_inherited_fds() {
  const long folder = sys::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (sys::failed(folder)) return;
  sys::for_each_number_in(static_cast<int>(folder), [folder](int fd) {
    if (fd != folder) ledger::inherited_fd(fd);
  });
  sys::close(static_cast<int>(folder));
}

std::uint32_t mode() {
  return ledger::attention.load(std::memory_order_relaxed)->mode.load(std::memory_order_relaxed);
}

/// A forked child has none before its first event.
bool has_books() { return mode() == Attention::recording || mode() == Attention::dormant; }

void be_inert() {
  take_no_requests();
  look_for_no_blocks();
  set_mode(Attention::inert);
}

/// The constructor's part that needs a program without books. False: inert from now on.
bool make_books(char** argv) {
  Attention* page = make_attention();
  if (page == nullptr || !open_books(allowed_memory())) {
    say("no memory for the segment: nothing will be tracked");
    return false;
  }
  const auto stack_top = reinterpret_cast<std::uint64_t>(argv);
  describe_process(argv, stack_top);
  ledger::segment.header->counters[static_cast<int>(Counter::early_events)].store(
      early_events.load());
  note_inherited_fds();
  unwind::prepare(ledger::modules::seen,
                  reinterpret_cast<unwind::SystemLookup>(real::borrowed::find_object));
  is_dormant = !process.settings.START;
  // An allocator behind us may have entries of its own that no hook sees.
  const bool is_all_libcs =
      ledger::segment.header->libc_hooked != 0 && real::malloc == real::borrowed::libc_malloc;
  if (is_dormant || !is_all_libcs) ledger::heap_has_strangers();
  page->mode.store(is_dormant ? Attention::dormant : Attention::recording,
                   std::memory_order_relaxed);
  ledger::attention.store(page, std::memory_order_release);  // pairs with may_record(): books first
  return true;
}

/// How the LD_PRELOAD of a program under valgrind goes on after "/vgpreload_": always with "core…",
/// and with the tool's name where the tool brings a heap of its own (memcheck, massif).
struct Valgrind {
  bool is_here, has_heap;
};

Valgrind look_for_valgrind(const char* const* environment) {
  constexpr char kStart[] = "/vgpreload_";
  Valgrind found{};
  for (; *environment != nullptr; ++environment) {
    if (std::strncmp(*environment, "LD_PRELOAD=", 11) != 0) continue;
    for (const char* at = *environment; (at = std::strstr(at, kStart)) != nullptr;) {
      at += sizeof kStart - 1;
      found.is_here = true;
      if (std::strncmp(at, "core", 4) != 0) found.has_heap = true;
    }
  }
  return found;
}

/// Another libc gives constructors no arguments, and its threads and lists are not what we expect.
bool is_glibc() { return &gnu_get_libc_version != nullptr; }

[[gnu::constructor]] void begin(int, char** argv, char** environment) {
  if (!is_glibc()) return be_inert();
  real::resolve_all();
  if (getauxval(AT_SECURE) != 0) return be_inert();
  ledger::OwnWork work;
  remember_stderr();
  read_settings(environment, &process.settings, [](const char*) {});
  look_at_process();
  complain_about_settings(environment);
  const Valgrind valgrind = look_for_valgrind(environment);
  process.is_under_valgrind = valgrind.is_here;
  if (valgrind.has_heap) {
    // malloc never comes to us there: a profile would call the heap empty.
    say("runs under a tool of valgrind that has the heap itself: nothing is tracked");
    return be_inert();
  }
  if (!should_track() || !make_books(argv)) return be_inert();
  was_constructed = true;
  watch_endings();
  install_signals();
}

}  // namespace

void set_mode(std::uint32_t mode) {
  ledger::attention.load(std::memory_order_relaxed)->mode.store(mode, std::memory_order_relaxed);
}

void set_recording(bool is_on) {
  is_dormant = !is_on;
  if (is_dormant) ledger::heap_has_strangers();
  set_mode(is_on ? Attention::recording : Attention::dormant);
}

bool is_alive() { return has_books() && segment.owner == static_cast<std::int32_t>(sys::getpid()); }

bool is_in_anothers_memory() {
  return has_books() && segment.owner != static_cast<std::int32_t>(sys::getpid());
}

bool may_come_alive() {
  return is_alive() || (was_constructed && mode() == Attention::unborn);
}

void address_space_was_limited() {
  if (!may_come_alive() || !ledger::may_record(ledger::Event::release)) return;
  const ledger::OwnWork work;
  follow_limits();
}

bool come_alive() {
  if (mode() == Attention::unborn) {
    ledger::OwnWork work;
    if (!ledger::from_life::be_born()) return false;
  }
  return is_alive();
}

}  // namespace leakhook::life

namespace leakhook::ledger::from_life {

bool be_born() {
  using namespace leakhook::life;
  if (!was_constructed) {
    early_events.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  // A forked child: one thread, no book of its own yet.
  if (process.settings.CHILDREN == Children::none || !take_over_books()) {
    be_inert();
    return false;
  }
  forget_keepers();
  set_recording(!is_dormant);
  return true;
}

void reap_keepers() { leakhook::life::reap_keepers(); }

}  // namespace leakhook::ledger::from_life
