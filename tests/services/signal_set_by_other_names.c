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
  if (set != by_sigset && before != SIG_DFL) _exit(1);
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

int main(void) {
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
