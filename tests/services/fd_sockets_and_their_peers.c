// leaks: 1 socket in leak_listener, 1 socket in leak_connection, 1 socket in leak_accepted, 1 socket in leak_accepted4, 1 socket in leak_client, 2 socket in leak_pair
// label: peer=^127\.0\.0\.1:\d+$ in leak_connection
// label: peer=^127\.0\.0\.1:\d+$ in leak_accepted
// label: peer=^127\.0\.0\.1:\d+$ in leak_accepted4
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <sys/socket.h>

#include "service.h"

static struct sockaddr_in address = {.sin_family = AF_INET};
static socklen_t size = sizeof address;
static int listener;

APART void leak_listener(void) {
  listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  MUST(bind(listener, (struct sockaddr*)&address, size) == 0 && listen(listener, 5) == 0);
  MUST(getsockname(listener, (struct sockaddr*)&address, &size) == 0);
}
static int connected(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  MUST(connect(fd, (struct sockaddr*)&address, sizeof address) == 0);
  return fd;
}
APART void leak_connection(void) { connected(); }
APART void leak_client(void) { connected(); }
APART void leak_accepted(void) { MUST(accept(listener, NULL, NULL) >= 0); }
APART void leak_accepted4(void) {
  struct sockaddr_in from;
  socklen_t length = sizeof from;
  MUST(accept4(listener, (struct sockaddr*)&from, &length, SOCK_CLOEXEC) >= 0);
}
APART void leak_pair(void) {
  int ends[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
}
APART void clean_connection(void) {
  const int client = connected(), server = accept(listener, NULL, NULL);
  shutdown(client, SHUT_RDWR);
  close(client), close(server);
  MUST(socket(-1, 0, 0) == -1 && accept(0, NULL, NULL) == -1);
}

int main(void) {
  leak_listener(), leak_connection(), leak_accepted(), leak_client(), leak_accepted4();
  leak_pair(), clean_connection();
  dump_me();
  return 0;
}
