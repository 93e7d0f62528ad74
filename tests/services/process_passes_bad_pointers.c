// leaks: not judged
// output: same
// SPDX-License-Identifier: Apache-2.0
// What the kernel refuses it refuses as before: each call in a child of its own, its result and errno printed.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "service.h"

static void* bad;
static void* half_bad;  // its last word can be read, what follows cannot

#define TRY(call)                                              \
  do {                                                         \
    const pid_t child = fork();                                \
    if (child == 0) {                                          \
      errno = 0;                                               \
      const long result = (long)(call);                        \
      printf("%-60.60s %s %d\n", #call, result == -1 ? "refused" : "done", errno); \
      fflush(stdout);                                          \
      _exit(0);                                                \
    }                                                          \
    int status = 0;                                            \
    MUST(waitpid(child, &status, 0) == child);                 \
    if (status != 0) printf("%-60.60s status %x\n", #call, status); \
    fflush(stdout);                                            \
  } while (0)

static int listening_with_some_waiting(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
  const int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  MUST(bind(listening, (struct sockaddr*)&address, sizeof address) == 0 && listen(listening, 9) == 0);
  for (int i = 0; i < 5; i++)
    MUST(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr*)&address, sizeof address) == 0);
  return listening;
}

static void try_calls_that_change_the_process(void) {
  struct sock_fprog without_steps = {3, bad}, too_long = {0xffff, half_bad}, none = {0, bad};
  TRY(syscall(SYS_clone3, bad, 88));
  TRY(syscall(SYS_clone3, 1, 0));
  TRY(syscall(SYS_clone3, half_bad, 88));
  TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, bad));
  TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, half_bad));
  TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &without_steps));
  TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &too_long));
  TRY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &none));
  TRY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad));
  TRY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &without_steps));
  TRY(syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, bad));
  TRY(prctl(PR_SET_NAME, bad));
  TRY(setrlimit(RLIMIT_AS, bad));
  TRY(prlimit(0, RLIMIT_AS, bad, NULL));
  TRY(prlimit(0, RLIMIT_AS, NULL, bad));
  TRY(sigaction(SIGUSR2, bad, NULL) == 0 ? 0 : -1);
}

static void try_calls_that_open(int listening) {
  socklen_t size = sizeof(struct sockaddr_un);
  TRY(accept(listening, bad, &size));
  TRY(accept(listening, bad, bad));
  TRY(accept4(listening, half_bad, bad, SOCK_CLOEXEC));
  TRY(accept(listening, NULL, bad));
  TRY(open(bad, O_RDONLY));
  TRY(openat(AT_FDCWD, bad, O_RDONLY));
  TRY(pipe(bad));
  TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, bad));
  TRY(signalfd(-1, bad, 0));
  TRY(memfd_create(bad, 0));
  TRY(connect(listening, bad, 16));
  TRY(recvmsg(listening, bad, MSG_DONTWAIT));
  TRY(mq_open("/leakhook-test", O_CREAT | O_RDWR, 0600, bad));
  TRY(timer_create(CLOCK_MONOTONIC, NULL, bad));
  TRY(waitid(P_ALL, 0, bad, WEXITED | WNOHANG));
  TRY(shmdt(bad));
  TRY(munmap((char*)bad + 1, 4096));
}

int main(void) {
  char* pages = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(pages != MAP_FAILED && mprotect(pages + 4096, 4096, PROT_NONE) == 0);
  bad = pages + 4096;
  half_bad = pages + 4096 - 8;
  const int listening = listening_with_some_waiting();
  try_calls_that_change_the_process();
  try_calls_that_open(listening);
  return 0;
}
