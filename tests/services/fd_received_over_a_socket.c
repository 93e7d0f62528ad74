// leaks: 1 eventfd in leak_received, 1 eventfd in leak_received_by_mmsg, 1 eventfd in leak_sent, 2 socket in leak_pair
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "service.h"

static int ends[2], sent;
static union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
} control;
static char byte = 'x';
static struct iovec part = {&byte, 1};
static struct mmsghdr message;

static void prepare(void) {
  message.msg_hdr = (struct msghdr){.msg_iov = &part,
                                    .msg_iovlen = 1,
                                    .msg_control = control.bytes,
                                    .msg_controllen = sizeof control};
}
static void send_descriptor(void) {
  prepare();
  control.header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.header), &sent, sizeof(int));
  MUST(sendmsg(ends[0], &message.msg_hdr, 0) == 1);
  prepare();
}

APART void leak_pair(void) { MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0); }
APART void leak_sent(void) { sent = eventfd(0, 0); }
APART void leak_received(void) { MUST(recvmsg(ends[1], &message.msg_hdr, 0) == 1); }
APART void leak_received_by_mmsg(void) { MUST(recvmmsg(ends[1], &message, 1, 0, NULL) == 1); }
APART void clean_received(void) {
  int fd;
  MUST(recvmsg(ends[1], &message.msg_hdr, 0) == 1);
  memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
  MUST(close(fd) == 0);
}

int main(void) {
  leak_pair(), leak_sent();
  send_descriptor(), leak_received();
  send_descriptor(), leak_received_by_mmsg();
  send_descriptor(), clean_received();
  return 0;
}
