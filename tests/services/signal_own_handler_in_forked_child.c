// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
// The first thing that a forked child does is to take a signal for itself, and to give it back.
#include <signal.h>
#include <sys/wait.h>

#include "service.h"

static volatile sig_atomic_t seen;
static void own(int unused) {
  (void)unused;
  seen++;
}

static void child(int number) {
  struct sigaction action = {.sa_handler = own}, old;
  MUST(sigaction(number, &action, &old) == 0 && old.sa_handler == SIG_DFL);
  MUST(sigaction(number, NULL, &old) == 0);
  if (old.sa_handler != own) _exit(1);
  if (raise(number) != 0 || seen != 1) _exit(2);
  if (signal(number, SIG_DFL) != own) _exit(3);
  raise(number);
  _exit(4);
}

int main(void) {
  const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGURG, SIGUSR2};
  for (int i = 0; i < 5; i++) {
    const pid_t pid = fork();
    if (pid == 0) child(numbers[i]);
    int status;
    MUST(pid > 0 && waitpid(pid, &status, 0) == pid);
    printf("%d: status %x\n", numbers[i], status);
  }
  return 0;
}
