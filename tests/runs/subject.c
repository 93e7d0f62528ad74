// SPDX-License-Identifier: Apache-2.0
// A program for `leakhook run`: each argument is a deed, done in their order.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define APART __attribute__((noipa))
// Ends the program with status 99 when a call that the test builds on fails.
#define MUST(claim) ((claim) ? (void)0 : (perror(#claim), _exit(99)))

extern char** environ;
static int argument;
static char** words;
static volatile sig_atomic_t caught[65];

static void do_deeds(void);

APART static void leak_block(void) {
  char* volatile block = malloc(40);
  block[0] = 1;
  block = NULL;
}

APART static void leak_other_block(void) {
  char* volatile block = malloc(24);
  block[0] = 1;
  block = NULL;
}

APART static void leak_descriptor(void) { MUST(open("/dev/null", O_RDONLY) >= 0); }

APART static int close_first(int fd) { return close(fd) + 1; }
APART static int close_again(int fd) { return close(fd) + 1; }

// Twice: the first time tells leakhook that whole stacks of closing are worth their cost.
static void close_twice(void) {
  for (int i = 0; i < 2; i++) {
    const int fd = open("/dev/null", O_RDONLY);
    MUST(fd >= 0 && close_first(fd) == 1 && close_again(fd) == 0);
  }
}

static void note(int number) { caught[number]++; }

static void say(const char* word) {
  printf("%s %d\n", word, (int)getpid());
  fflush(stdout);
}

// Tells of each signal, until SIGTERM has come.
static void watch_signals(void) {
  struct sigaction action = {.sa_handler = note};
  sigset_t all, before;
  sigfillset(&all);
  for (int number = 1; number <= 64; number++)
    if (number != SIGUSR2) sigaction(number, &action, NULL);  // that one is leakhook's
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int number = SIGTSTP; number <= SIGTTOU; number++) sigaction(number, &usual, NULL);
  sigprocmask(SIG_SETMASK, &all, &before);
  say("ready");
  for (int is_over = 0; !is_over;) {
    sigsuspend(&before);
    for (int number = 1; number <= 64; number++) {
      if (!caught[number]) continue;
      caught[number] = 0;
      printf("got %d\n", number);
      is_over |= number == SIGTERM;
    }
    fflush(stdout);
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
}

// A child that goes on with the rest of the deeds while the parent waits for it, or does not.
static void fork_child(int is_awaited) {
  const pid_t child = fork();
  MUST(child >= 0);
  if (child == 0) {
    if (!is_awaited) setsid();
    argument++;
    do_deeds();
    exit(0);
  }
  if (is_awaited) MUST(waitpid(child, NULL, 0) == child);
  while (words[argument + 1] && strcmp(words[argument], "end") != 0) argument++;
}

static void print_environment(void) {
  for (char** variable = environ; *variable; variable++) puts(*variable);
  fflush(stdout);
}

static void do_deed(const char* deed) {
  if (!strcmp(deed, "block"))
    leak_block();
  else if (!strcmp(deed, "other-block"))
    leak_other_block();
  else if (!strcmp(deed, "fd"))
    leak_descriptor();
  else if (!strcmp(deed, "close-twice"))
    close_twice();
  else if (!strcmp(deed, "signals"))
    watch_signals();
  else if (!strcmp(deed, "child"))
    fork_child(1);
  else if (!strcmp(deed, "daemon"))
    fork_child(0);
  else if (!strcmp(deed, "environment"))
    print_environment();
  else if (!strcmp(deed, "raw-exit"))
    syscall(SYS_exit_group, 0);
  else if (!strcmp(deed, "stop"))
    raise(SIGTSTP);
  else if (!strcmp(deed, "orphans-parent"))
    MUST(printf("parent %d\n", (int)getppid()) > 0);
  else if (!strcmp(deed, "blocks-no-signal")) {
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int number = 1; number <= 64; number++) MUST(!sigismember(&blocked, number));
  } else if (!strncmp(deed, "say=", 4))
    say(deed + 4);
  else if (!strncmp(deed, "user=", 5))
    MUST(setuid((uid_t)atoi(deed + 5)) == 0);
  else if (!strncmp(deed, "chroot=", 7))
    MUST(chroot(deed + 7) == 0 && chdir("/") == 0);
  else if (!strncmp(deed, "kill=", 5))
    kill(getpid(), atoi(deed + 5));
  else if (!strncmp(deed, "exit=", 5))
    exit(atoi(deed + 5));
  else if (!strncmp(deed, "closed=", 7))
    MUST(fcntl(atoi(deed + 7), F_GETFD) < 0 && errno == EBADF);
  else if (!strncmp(deed, "await=", 6)) {
    // A pipe by name: whoever waits for it ends when the test opens it.
    char byte;
    const int fd = open(deed + 6, O_RDONLY);
    MUST(fd >= 0 && read(fd, &byte, 1) >= 0);
    close(fd);
  } else
    MUST(!"a deed that I know");
}

static void do_deeds(void) {
  for (; words[argument] && strcmp(words[argument], "end") != 0; argument++)
    do_deed(words[argument]);
}

int main(int count, char** arguments) {
  (void)count;
  words = arguments;
  argument = 1;
  do_deeds();
  return 0;
}
