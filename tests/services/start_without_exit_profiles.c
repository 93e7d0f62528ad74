// leaks: not judged
// env: LEAKHOOK_AT_EXIT=0
// dumps: none
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

int main(void) {
  kept(malloc(10));
  return 0;
}
