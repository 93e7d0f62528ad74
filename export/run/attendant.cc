// SPDX-License-Identifier: Apache-2.0
// What does a good wrapper do while its program runs?
//
// The program stays in our process group, so a terminal reaches it by itself and whoever ends the
// group ends both. No parent-death signal: killed by SIGKILL we leave the program running, as any
// parent does.
#include "attendant.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <initializer_list>

#include "../process_look.h"

namespace leakhook {
namespace {

using Clock = std::chrono::steady_clock;
/// What a process gets for its last dump after it was told to end.
constexpr std::chrono::seconds kLastDump{5};

bool is_one_of(int number, std::initializer_list<int> those) {
  for (const int one : those)
    if (one == number) return true;
  return false;
}

/// The program has had it already: a terminal sends these to the whole foreground group. But a
/// terminal that goes away tells the leader of its session alone.
bool came_from_terminal(const siginfo_t& signal) {
  if (signal.si_code != SI_KERNEL) return false;
  if (signal.si_signo == SIGHUP) return getsid(0) != getpid();
  return is_one_of(signal.si_signo,
                   {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGCONT});
}

/// About a child of ours, whatever its number: a positive code says so.
bool is_about_child(const siginfo_t& signal) {
  return signal.si_signo == SIGCHLD ||
         (signal.si_code >= CLD_EXITED && signal.si_code <= CLD_CONTINUED &&
          signal.si_signo == SIGURG);
}

void send(pid_t pid, const siginfo_t& signal) {
  if (signal.si_code == SI_QUEUE)
    sigqueue(pid, signal.si_signo, signal.si_value);
  else
    kill(pid, signal.si_signo);
}

void for_each_child(auto visit) {
  const auto children =
      ProcessLook(getpid(), stat_of(getpid()).value_or(ProcessStat{}).start_ticks).children();
  if (!children) return;
  for (const auto& [pid, name] : *children) visit(pid);
}

}  // namespace

Attendant::Attendant() {
  sigfillset(&awaited_);
  // What a fault of our own raises would only be delayed.
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
    sigdelset(&awaited_, fault);
  pthread_sigmask(SIG_BLOCK, &awaited_, &blocked_before_);
  // Were it ignored, nobody would learn how the program ended.
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &usual, &child_end_before_);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

Ending Attendant::await_end(pid_t program) {
  program_ = program;
  reap();
  while (!end_) {
    siginfo_t signal{};
    if (sigwaitinfo(&awaited_, &signal) < 0) continue;
    if (signal.si_signo == SIGCHLD)
      reap();
    else
      pass_on(signal);
  }
  return *end_;
}

void Attendant::linger(std::chrono::milliseconds longest) {
  auto end = Clock::now() + longest;
  for (reap(); has_children_; reap()) {
    const auto left = end - Clock::now();
    if (left <= Clock::duration::zero()) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const std::chrono::nanoseconds rest = left - seconds;
    const timespec wait{seconds.count(), rest.count()};
    siginfo_t signal{};
    if (sigtimedwait(&awaited_, &signal, &wait) < 0 || signal.si_signo == SIGCHLD) continue;
    if (came_from_terminal(signal) || is_about_child(signal)) continue;
    for_each_child([&](pid_t pid) { send(pid, signal); });
    if (is_one_of(signal.si_signo, {SIGTERM, SIGINT, SIGHUP}))
      end = std::min(end, Clock::now() + kLastDump);
  }
}

void Attendant::pass_on(const siginfo_t& signal) const {
  if (!came_from_terminal(signal) && !is_about_child(signal)) send(program_, signal);
}

/// Before it is reaped, after which the kernel knows nothing of it.
void Attendant::look_at_program() {
  siginfo_t child{};
  const int options = WEXITED | WSTOPPED | WNOHANG;
  if (waitid(P_PID, static_cast<id_t>(program_), &child, options | WNOWAIT) != 0 ||
      child.si_pid == 0)
    return;
  std::string name = text_of_file("/proc/" + std::to_string(program_) + "/comm");
  name.resize(std::min(name.size(), name.find('\n')));
  waitid(P_PID, static_cast<id_t>(program_), &child, options);
  if (child.si_code == CLD_STOPPED)
    stop_with_program(child.si_status);
  else
    end_ = Ending{child.si_code != CLD_EXITED, child.si_status, name};
}

void Attendant::reap() {
  if (!end_) look_at_program();
  while (true) {
    siginfo_t child{};
    // The program itself is looked at first.
    if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) != 0) {
      if (errno == EINTR) continue;
      has_children_ = false;
      return;
    }
    if (child.si_pid == 0) return;
    if (child.si_pid == program_ && !end_)
      look_at_program();
    else
      waitid(P_PID, static_cast<id_t>(child.si_pid), &child, WEXITED | WNOHANG);
  }
}

void Attendant::stop_with_program(int signal) const {
  // A SIGSTOP was meant for the program alone; whoever sent it will let it go on.
  if (!is_one_of(signal, {SIGTSTP, SIGTTIN, SIGTTOU})) return;
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  // By the default action, which does nothing where no shell could continue us.
  raise(signal);
  pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  pthread_sigmask(SIG_BLOCK, &one, nullptr);
}

}  // namespace leakhook
