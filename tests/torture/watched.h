// SPDX-License-Identifier: Apache-2.0
// Whose system calls does a supervisor see and answer? A seccomp filter hands over those that come
// from a range of code; faults.py, to whom its descriptor is sent, lets them pass or refuses them.
//
// Raw system calls only: no library in the process learns that there is a filter.
#pragma once
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

// The mark of the one call that the filter lets pass: it sends the filter's own descriptor.
enum { kHandOver = MSG_NOSIGNAL | MSG_CONFIRM };

static inline long raw(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

// The descriptor by which the calls of code in [from, to) are told, or −errno. Both ends lie within
// the same 4 GiB.
static inline long watch(uint64_t from, uint64_t to) {
  enum { kData = offsetof(struct seccomp_data, instruction_pointer) };
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kHandOver, 5, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kData + 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(from >> 32), 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kData),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)from, 0, 1),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)to, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)};
  struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  if (to == UINT64_MAX) rules[4] = rules[10];  // all calls
  raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, (long)&program, 0, 0);
}

// A connection to whoever listens at `path`, or −errno.
static inline long reach_supervisor(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const size_t size = strlen(path);
  if (size >= sizeof address.sun_path) return -1;
  memcpy(address.sun_path, path, size);
  const long to = raw(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, 0, 0);
  const long answer = to < 0 ? to : raw(SYS_connect, to, (long)&address, sizeof address, 0, 0);
  return answer < 0 ? answer : to;
}

// Sends the filter's descriptor and closes both. False: nobody takes it.
static inline int hand_over(long listener, long to) {
  char byte = 0;
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
  const int descriptor = (int)listener;
  memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  struct iovec part = {&byte, 1};
  const struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                                 .msg_controllen = sizeof control};
  const int is_sent = raw(SYS_sendmsg, to, (long)&message, kHandOver, 0, 0) == 1;
  raw(SYS_close, to, 0, 0, 0, 0);
  raw(SYS_close, listener, 0, 0, 0, 0);
  return is_sent;
}
