// leaks: not judged
// env: LEAKHOOK_OUTPUT=/sys/x.%p.%n
// stderr: ^leakhook.*/sys/x
// dumps: none
// SPDX-License-Identifier: Apache-2.0
// Nobody may make a file there, not even root.
#include "service.h"

int main(void) {
  kept(malloc(10));
  puts("goes on");
  return 0;
}
