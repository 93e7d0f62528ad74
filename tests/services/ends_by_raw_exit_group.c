// leaks: not judged
// exit: 13
// dumps: none
// SPDX-License-Identifier: Apache-2.0
#include <sys/syscall.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
int main(void) {
  leak_block();
  syscall(SYS_exit_group, 13);
}
