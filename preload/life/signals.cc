// SPDX-License-Identifier: Apache-2.0
// Handlers, and the pretence that there are none.
//
// The dump signal is taken only where the program left the default action, and given up for good
// when the program installs a handler of its own. SIGTERM, SIGINT and SIGHUP with default action
// get a handler that dumps and then lets the default action happen. The program, when it asks, sees
// SIG_DFL.
#include "signals.h"

#include <sys/syscall.h>

#include <atomic>
#include <cerrno>

#include "../base/real.h"
#include "../base/system.h"
#include "../ledger/attention.h"
#include "../ledger/ledger.h"
#include "birth.h"
#include "ending.h"
#include "handshake.h"
#include "keeper.h"
#include "life.h"
#include "process.h"
#include "sandbox.h"

namespace leakhook::life {
namespace {

constexpr int kEnding[] = {SIGTERM, SIGINT, SIGHUP};
constexpr int kSignals = 65;
/// true: our handler is installed for this signal.
constinit std::atomic<bool> is_ours[kSignals]{};
/// true: the program was told that it has the dump signal.
constinit std::atomic<bool> has_yielded{false};

/// What a keeper's end is announced with. Ignored by default, so that nothing happens where the
/// handler is gone.
constexpr int kKeeperEnded = SIGURG;

bool is_ending_signal(int signal) {
  for (const int one : kEnding)
    if (one == signal) return true;
  return false;
}

bool is_valid(int signal) { return signal > 0 && signal < kSignals; }

/// False: a signal that carries no request.
bool is_request(const siginfo_t& info, Request* request) {
  return info.si_code == SI_QUEUE &&
         Request::decode(reinterpret_cast<std::uint64_t>(info.si_value.sival_ptr), request);
}

/// Whoever waits for a reply asks again when it takes long: once begun, that dump comes.
void dump_unless_begun(const Request& request) {
  static constinit std::atomic<std::uint32_t> last{0};
  if (request.token != 0 && last.exchange(request.token) == request.token) return;
  if (!start_keeper(request)) last.store(0);
}

/// A vfork child runs in the service's memory but is another process: not ours to dump.
void obey(const Request& request, const void* context) {
  if (!may_dump() || !come_alive()) {
    // Inert: nobody asked us to track this process.
  } else if (request.command == Command::stand_still) {
    stand_still_if_asked(context);
  } else if (request.command != Command::dump) {
    set_recording(request.command == Command::on);
  } else {
    dump_unless_begun(request);
  }
}

void on_dump_signal(int, siginfo_t* info, void* context) {
  const int kept = errno;
  Request request;
  is_request(*info, &request);  // else it is a plain dump
  obey(request, context);
  errno = kept;
}

/// A keeper has ended: an idle service must not keep its defunct entry, nor a request that came
/// when that keeper had looked for the last one.
/// `leakhook` sends its requests by this signal, too: one of the two may hide the other.
void on_keeper_ended(int, siginfo_t* info, void* context) {
  const int kept = errno;
  Request request;
  if (is_request(*info, &request)) obey(request, context);
  if (may_dump() && is_alive()) {
    stand_still_if_asked(context);  // and whatever it was for: a keeper may have ended meanwhile
    reap_keepers();
    start_waiting();
  }
  errno = kept;
}

/// Dump, then die as the program would have died.
void on_ending_signal(int signal, siginfo_t*, void*) {
  process_ends();
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  real::sigaction(signal, &action, nullptr);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  // Blocked while its handler runs: pending until the mask is lifted, then deadly.
  sys::call(SYS_tgkill, sys::getpid(), sys::gettid(), signal);
  sys::call(SYS_rt_sigprocmask, SIG_UNBLOCK, sys::word(&set), 0, 8);
}

void install(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  if (real::sigaction(signal, &action, nullptr) == 0) is_ours[signal].store(true);
}

bool has_default_action(int signal) {
  struct sigaction now {};
  return real::sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 &&
         now.sa_handler == SIG_DFL;
}

void yield_dump_signal() {
  if (has_yielded.exchange(true)) return;
  hide_handshake();
  ledger::lost(Counter::signal_taken);
  say("the program handles the dump signal itself: ours yields; choose another with "
      "LEAKHOOK_SIGNAL");
}

/// Is a handler of ours installed still? A program may go past our hooks (by a system call).
bool is_ours_still(int signal) {
  struct sigaction now {};
  return is_ours[signal].load() && real::sigaction(signal, nullptr, &now) == 0 &&
         (now.sa_flags & SA_SIGINFO) != 0 &&
         (now.sa_sigaction == on_dump_signal || now.sa_sigaction == on_keeper_ended ||
          now.sa_sigaction == on_ending_signal);
}

bool is_dump_signal(int signal) { return signal == process.settings.SIGNAL.number; }

}  // namespace

void take_no_requests() { hide_handshake(); }

void install_signals() {
  const int dump = process.settings.SIGNAL.number;
  if (dump != 0 && has_default_action(dump)) install(dump, on_dump_signal);
  if (dump != kKeeperEnded && has_default_action(kKeeperEnded))
    install(kKeeperEnded, on_keeper_ended);
  if (dump != 0 && is_ours[dump].load()) show_handshake(keeper_end_signal());
  if (!process.settings.AT_EXIT) return;
  for (const int signal : kEnding)
    if (signal != dump && has_default_action(signal)) install(signal, on_ending_signal);
}

int stand_still_signal() {
  if (is_ours[kKeeperEnded].load()) return kKeeperEnded;
  const int dump = process.settings.SIGNAL.number;
  return dump != 0 && is_ours[dump].load() ? dump : 0;
}

int keeper_end_signal() { return is_ours[kKeeperEnded].load() ? kKeeperEnded : 0; }

void release_ending_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (const int signal : kEnding)
    if (!is_dump_signal(signal) && is_ours_still(signal)) {
      is_ours[signal].store(false);
      real::sigaction(signal, &action, nullptr);
    }
}

SignalChange signal_changes(int signal, const struct sigaction* action) {
  if (!is_valid(signal) || !is_ours_still(signal)) return {};
  const bool stays_default =
      action == nullptr || ((action->sa_flags & SA_SIGINFO) == 0 && action->sa_handler == SIG_DFL);
  return {stays_default, true};
}

void signal_changed(int signal, const struct sigaction* action) {
  // In a forked child this may come before its first event.
  if (!is_valid(signal) || action == nullptr || is_in_anothers_memory()) return;
  const bool is_default = (action->sa_flags & SA_SIGINFO) == 0 && action->sa_handler == SIG_DFL;
  if (is_default) {
    // The program had its own handler and gives the signal back.
    if (process.settings.AT_EXIT && may_dump() && may_come_alive() && is_ending_signal(signal) &&
        !is_dump_signal(signal))
      install(signal, on_ending_signal);
    return;
  }
  is_ours[signal].store(false);
  if (signal == kKeeperEnded && is_handshake_shown()) {
    hide_handshake();
    show_handshake(0);
  }
  if (is_dump_signal(signal) && come_alive()) yield_dump_signal();
}

}  // namespace leakhook::life
