// leaks: not judged
// env: LEAKHOOK_OUTPUT=no/such/folder/x.%p.%n
// stderr: ^leakhook.*no/such/folder
// dumps: none
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

int main(void) {
  kept(malloc(10));
  puts("goes on");
  return 0;
}
