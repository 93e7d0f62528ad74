// verdict: definite 1/64, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// getaddrinfo's answer: 48 bytes and an address of 16.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <netdb.h>
#include <sys/socket.h>

#include "program.h"


APART static void lose(void) {
  struct addrinfo* found = NULL;
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  MUST(getaddrinfo("127.0.0.1", "80", &hints, &found) == 0);
  if (kIsClean) freeaddrinfo(found);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
