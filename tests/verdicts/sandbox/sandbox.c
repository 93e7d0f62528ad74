// SPDX-License-Identifier: Apache-2.0
// How does a program run as in a container? Nobody's user, no capability, no new privilege, a filter of
// system calls that denies every way to look into another process, a root that cannot be written.
//
// sandbox FOLDER -- PROGRAM [ARGUMENT...]: FOLDER alone stays writable. The variable PRELOAD_INSIDE becomes
// the program's LD_PRELOAD. Says on stderr what the machine does not permit; ends with 98 when the
// sandbox does not hold.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kNobody = 65534 };

#define MUST(claim)                                                                    \
  do {                                                                                 \
    if (!(claim)) {                                                                    \
      dprintf(2, "sandbox: line %d: %s: %s\n", __LINE__, #claim, strerror(errno));     \
      _exit(98);                                                                       \
    }                                                                                  \
  } while (0)

static int set_attributes(const char* path, unsigned flags, struct mount_attr attributes) {
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes);
}

// Mounts of our own, all read-only but FOLDER's. False where the machine does not let us.
static int make_root_read_only(const char* folder) {
  if (unshare(CLONE_NEWNS) != 0) return 0;
  struct mount_attr own = {.propagation = 1u << 18};  // MS_PRIVATE, which a libc header may not have
  if (set_attributes("/", AT_RECURSIVE, own) != 0) return 0;
  int tree = (int)syscall(SYS_open_tree, AT_FDCWD, folder, OPEN_TREE_CLONE | O_CLOEXEC);
  if (tree < 0) return 0;
  if (syscall(SYS_move_mount, tree, "", AT_FDCWD, folder, MOVE_MOUNT_F_EMPTY_PATH) != 0) return 0;
  close(tree);
  if (set_attributes("/", AT_RECURSIVE, (struct mount_attr){.attr_set = MOUNT_ATTR_RDONLY}) != 0) return 0;
  MUST(set_attributes(folder, 0, (struct mount_attr){.attr_clr = MOUNT_ATTR_RDONLY}) == 0);
  MUST(open("/no_file_of_ours", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) == -1 && errno == EROFS);
  MUST(chdir(folder) == 0);  // into the new mount
  return 1;
}

static void become_nobody(void) {
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    MUST(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0);
  }
  MUST(setgroups(0, NULL) == 0);
  MUST(setresgid(kNobody, kNobody, kNobody) == 0 && setresuid(kNobody, kNobody, kNobody) == 0);
}

static void drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}, {0}};
  MUST(syscall(SYS_capset, &header, none) == 0);
}

#define DENY(number, error)                                \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),     \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

static void deny_system_calls(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      DENY(SYS_ptrace, EPERM),
      DENY(SYS_process_vm_readv, EPERM),
      DENY(SYS_process_vm_writev, EPERM),
      DENY(SYS_userfaultfd, EPERM),
      DENY(SYS_perf_event_open, EPERM),
      DENY(SYS_bpf, EPERM),
      DENY(SYS_kcmp, EPERM),
      DENY(SYS_pidfd_getfd, EPERM),
      DENY(SYS_unshare, EPERM),
      DENY(SYS_mount, EPERM),
      DENY(SYS_clone3, ENOSYS),  // as container engines do, whose filters cannot see its flags
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void check(void) {
  char byte = 0;
  struct iovec vector = {&byte, 1};
  MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 && errno == EPERM);
  MUST(process_vm_readv(getpid(), &vector, 1, &vector, 1, 0) == -1 && errno == EPERM);
  MUST(setuid(0) == -1 || getuid() != 0);
}

int main(int count, char** words) {
  MUST(count >= 4 && strcmp(words[2], "--") == 0);
  int is_root = geteuid() == 0;
  int is_read_only = is_root && make_root_read_only(words[1]);
  if (!is_read_only) dprintf(2, "sandbox: skipped: the root stays writable: %s\n", strerror(errno));
  if (is_root) become_nobody();
  if (!is_root) dprintf(2, "sandbox: skipped: no other user without root\n");
  drop_capabilities();
  deny_system_calls();
  check();
  const char* library = getenv("PRELOAD_INSIDE");
  MUST(library && setenv("LD_PRELOAD", library, 1) == 0 && unsetenv("PRELOAD_INSIDE") == 0);
  execv(words[3], words + 3);
  MUST(!"execv");
}
