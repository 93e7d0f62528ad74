// leaks: 1 heap in leak_one (5 bytes)
// comment: signal
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

static volatile sig_atomic_t seen;
static void own(int unused, siginfo_t* more, void* context) {
  (void)unused, (void)context;
  seen += more->si_pid == getpid();
}

APART void leak_one(void) { kept(malloc(5)); }

int main(void) {
  dump_me();
  leak_one();
  struct sigaction action = {.sa_sigaction = own, .sa_flags = SA_SIGINFO | SA_RESTART}, old;
  MUST(sigaction(SIGUSR2, &action, &old) == 0 && old.sa_handler == SIG_DFL);
  for (int i = 0; i < 5; i++) raise(SIGUSR2);
  MUST(sigaction(SIGUSR2, NULL, &old) == 0 && old.sa_sigaction == own);
  printf("%d\n", (int)seen);
  return 0;
}
