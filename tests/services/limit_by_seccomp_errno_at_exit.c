// leaks: not judged
// dumps: none
// SPDX-License-Identifier: Apache-2.0
// A sandbox that refuses new processes and files: the dump at exit gives up, the status stays.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "service.h"

#define REFUSE(number)                               \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    REFUSE(SYS_clone),
    REFUSE(SYS_clone3),
    REFUSE(SYS_fork),
    REFUSE(SYS_vfork),
    REFUSE(SYS_open),
    REFUSE(SYS_openat),
    REFUSE(SYS_execve),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

int main(void) {
  kept(malloc(10));
  const struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
  puts("goes on");
  return 0;
}
