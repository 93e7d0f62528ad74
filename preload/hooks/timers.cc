// SPDX-License-Identifier: Apache-2.0
// The hooks of POSIX timers, in both of their shapes.
//
// A program linked long ago binds timer_create@GLIBC_2.2.5, whose timers are ints: the newer
// function would write eight bytes where it gave room for four. Our definition carries no version
// and answers both, so the caller's object is asked which one it meant.
#include <errno.h>

#include "caller_object.h"
#include "declarations.h"

namespace leakhook {
namespace {

bool is_old(const char* name, const void* caller) {
  return means_version(caller, name, "GLIBC_2.2.5");
}

/// Old timers are numbered from 0, as new ones may be: told apart by a bit that no address has.
std::uint64_t identity_of_old(int timer) {
  return std::uint64_t{1} << 63 | static_cast<std::uint32_t>(timer);
}
std::uint64_t identity_of(timer_t timer) { return reinterpret_cast<std::uint64_t>(timer); }

int number_of_old(timer_t timer) {
  return static_cast<int>(reinterpret_cast<std::uintptr_t>(timer));
}

}  // namespace

int hook_timer_create(clockid_t clock, sigevent* event, timer_t* timer) {
  // libc makes itself a thread for those, past our hooks.
  if (event != nullptr && event->sigev_notify == SIGEV_THREAD) ledger::second_thread_comes();
  if (is_old("timer_create", __builtin_return_address(0)) &&
      real::borrowed::old_timer_create != nullptr) {
    auto* number = reinterpret_cast<int*>(timer);
    const int result = real::borrowed::old_timer_create(clock, event, number);
    if (result == 0) ledger::acquired(LEAKHOOK_CALLER, Kind::timer, identity_of_old(*number));
    return result;
  }
  const int result = real::timer_create(clock, event, timer);
  if (result == 0) ledger::acquired(LEAKHOOK_CALLER, Kind::timer, identity_of(*timer));
  return result;
}

// A caller that was tail-called cannot be seen, so the books have the last word: they know the
// shape in which the timer was made.
int hook_timer_delete(timer_t timer) {
  bool deletes_old = is_old("timer_delete", __builtin_return_address(0));
  const std::uint64_t shapes[] = {identity_of(timer), identity_of_old(number_of_old(timer))};
  ledger::WithdrawnResource record;
  ledger::withdraw(Kind::timer, shapes[deletes_old], &record);
  if (record.kind == Kind::none) {
    ledger::withdraw(Kind::timer, shapes[!deletes_old], &record);
    if (record.kind != Kind::none) deletes_old = !deletes_old;
  }
  const int result = deletes_old && real::borrowed::old_timer_delete != nullptr
                         ? real::borrowed::old_timer_delete(number_of_old(timer))
                         : real::timer_delete(timer);
  if (result == 0)
    ledger::timer_deleted(LEAKHOOK_CALLER, record);
  else if (record.kind != Kind::none)
    ledger::restore(record);
  else if (errno == EINVAL)
    ledger::timer_refused(LEAKHOOK_CALLER, shapes[deletes_old]);
  return result;
}

}  // namespace leakhook
