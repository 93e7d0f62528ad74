// SPDX-License-Identifier: Apache-2.0
// The hooks of sigaction and its older kin: the program sees its signals as if we were not there.
#include "../life/life.h"
#include "declarations.h"

namespace leakhook {
namespace {

/// One of the functions that take a bare handler. They differ in the flags they imply only.
sighandler_t change(sighandler_t (*real_call)(int, sighandler_t), int number, sighandler_t action) {
  struct sigaction wanted {};
  wanted.sa_handler = action;
  const life::SignalChange change = life::signal_changes(number, &wanted);
  if (change.is_done) return SIG_DFL;
  const sighandler_t previous = real_call(number, action);
  if (previous == SIG_ERR) return previous;
  life::signal_changed(number, &wanted);
  return change.previous_is_ours ? SIG_DFL : previous;
}

int change(decltype(real::sigaction) real_call, int number, const struct sigaction* action,
           struct sigaction* old) {
  const life::SignalChange change = life::signal_changes(number, action);
  if (!change.is_done) {
    // The kernel reads *action before it writes *old: they may be one object.
    struct sigaction wanted {};
    if (action != nullptr) wanted = *action;
    const int result = real_call(number, action, old);
    if (result != 0) return result;
    life::signal_changed(number, action != nullptr ? &wanted : nullptr);
  }
  if (change.previous_is_ours && old != nullptr) *old = {};
  return 0;
}

}  // namespace

sighandler_t hook_signal(int number, sighandler_t action) {
  return change(real::signal, number, action);
}
sighandler_t hook_bsd_signal(int number, sighandler_t action) {
  return change(real::bsd_signal, number, action);
}
sighandler_t hook_sysv_signal(int number, sighandler_t action) {
  return change(real::sysv_signal, number, action);
}
sighandler_t hook___sysv_signal(int number, sighandler_t action) {
  return change(real::__sysv_signal, number, action);
}
sighandler_t hook_ssignal(int number, sighandler_t action) {
  return change(real::ssignal, number, action);
}

/// Beside the handler it changes the calling thread's mask, and SIG_HOLD only that.
sighandler_t hook_sigset(int number, sighandler_t action) {
  struct sigaction wanted {};
  wanted.sa_handler = action;
  const bool holds = action == SIG_HOLD;
  const life::SignalChange change = life::signal_changes(number, holds ? nullptr : &wanted);
  if (change.is_done && !holds) {
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, number);
    if (sigprocmask(SIG_UNBLOCK, &set, &before) != 0) return SIG_ERR;
    return sigismember(&before, number) == 1 ? SIG_HOLD : SIG_DFL;
  }
  const sighandler_t previous = real::sigset(number, action);
  if (previous == SIG_ERR) return previous;
  life::signal_changed(number, holds ? nullptr : &wanted);
  return change.previous_is_ours && previous != SIG_HOLD ? SIG_DFL : previous;
}

int hook_sigaction(int number, const struct sigaction* action, struct sigaction* old) {
  return change(real::sigaction, number, action, old);
}
int hook___sigaction(int number, const struct sigaction* action, struct sigaction* old) {
  return change(real::__sigaction, number, action, old);
}

}  // namespace leakhook
