// leaks: 1 heap in leak_one (60 bytes)
// SPDX-License-Identifier: Apache-2.0
// Connecting kills: nobody who asks for a dump can be answered, and nothing is lost by that.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "service.h"

static struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

APART void leak_one(void) { kept(malloc(60)); }

int main(void) {
  const struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  leak_one();
  MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
  if (getenv("WAITS")) dump_me();  // the other way to ask cannot be answered
  return 0;
}
