// leaks: not judged
// dumps: none
// SPDX-License-Identifier: Apache-2.0
// Only these calls are allowed, all else kills: recording adds none of its own.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "service.h"

#define ALLOW(number) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    ALLOW(SYS_read),
    ALLOW(SYS_write),
    ALLOW(SYS_mmap),
    ALLOW(SYS_munmap),
    ALLOW(SYS_brk),
    ALLOW(SYS_futex),
    ALLOW(SYS_exit_group),
    ALLOW(SYS_rt_sigreturn),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};

APART void leak_inside(int depth) {
  if (depth) leak_inside(depth - 1);
  for (int i = 0; i < 1000; i++) kept(malloc(16));
  free(kept(malloc(1 << 20)));
}

int main(void) {
  free(kept(malloc(10)));  // the first malloc asks for random bytes, with and without us
  const struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
  for (int i = 0; i < 100; i++) leak_inside(i % 7);
  MUST(write(1, "alive\n", 6) == 6);
  syscall(SYS_exit_group, 0);
}
