// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
// Names of libc by which a program takes a signal beside sigaction and signal: what it set is its
// own, and stays so until its end.
#include <signal.h>
#include <sys/wait.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // sigset
#include "service.h"

extern int __sigaction(int, const struct sigaction*, struct sigaction*);
typedef void handler(int);

static volatile sig_atomic_t seen;
static void own(int unused) {
  (void)unused;
  seen++;
}

static handler* by_sigset(int number) { return sigset(number, own); }
static handler* by_sysv_signal(int number) { return __sysv_signal(number, own); }
static handler* by_sigaction(int number) {
  struct sigaction action = {.sa_handler = own}, old;
  MUST(__sigaction(number, &action, &old) == 0);
  return old.sa_handler;
}

static void child(int number, handler* (*set)(int), int asks) {
  struct sigaction now;
  handler* const before = set(number);
  if (before != SIG_DFL) _exit(1);
  if (asks) {
    MUST(sigaction(number, NULL, &now) == 0);
    if (now.sa_handler != own) _exit(2);
    if (signal(number, SIG_DFL) != own) _exit(3);
    MUST(__sigaction(number, NULL, &now) == 0);
    if (now.sa_handler != SIG_DFL) _exit(4);
  }
  raise(number);
  exit(10 + seen);
}

/// What sigset says of a signal that nobody has set, held or not, and of one that is ignored.
static void tell_of(int number) {
  handler* const held = sigset(number, SIG_HOLD);
  handler* const held_again = sigset(number, SIG_HOLD);
  handler* const made_default = sigset(number, SIG_DFL);
  handler* const ignored = sigset(number, SIG_IGN);
  handler* const own_set = sigset(number, own);
  printf("%d: %d %d %d %d %d %d\n", number, held == SIG_DFL, held_again == SIG_HOLD,
         made_default == SIG_HOLD, ignored == SIG_DFL, own_set == SIG_IGN,
         sigset(number, SIG_DFL) == own);
}

int main(void) {
  const int numbers[] = {SIGUSR2, SIGURG, SIGTERM, SIGINT, SIGHUP, SIGUSR1};
  for (int i = 0; i < 6; i++) tell_of(numbers[i]);
  printf("out of range: %d\n", sigset(1000, SIG_DFL) == SIG_ERR && sigset(0, own) == SIG_ERR);
  handler* (*const ways[])(int) = {by_sigset, by_sysv_signal, by_sigaction};
  for (int i = 0; i < 3; i++)
    for (int asks = 0; asks < 2; asks++) {
      const pid_t pid = fork();
      if (pid == 0) {
        free(malloc(1));
        child(SIGTERM, ways[i], asks);
      }
      int status;
      MUST(pid > 0 && waitpid(pid, &status, 0) == pid);
      printf("%d %d: status %x\n", i, asks, status);
      fflush(stdout);
    }
  struct sigaction now;
  sigset(SIGHUP, own);
  MUST(raise(SIGHUP) == 0 && __sigaction(SIGHUP, NULL, &now) == 0);
  printf("%d %d\n", (int)seen, now.sa_handler == own);
  return 0;
}
