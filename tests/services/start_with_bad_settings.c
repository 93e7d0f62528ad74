// leaks: 1 heap in leak_one (6 bytes)
// env: LEAKHOOK_OUTPUTS=x
// env: LEAKHOOK_SAMPLE=many
// env: LEAKHOOK_CHILDREN=some
// env: LEAKHOOK_KINDS=heap,sokcet,eventfd
// env: LEAKHOOK_SIGNAL=KILL
// stderr: ^leakhook.*LEAKHOOK_OUTPUTS.*OUTPUT
// stderr: ^leakhook.*LEAKHOOK_SAMPLE.*many
// stderr: ^leakhook.*LEAKHOOK_CHILDREN.*some
// stderr: ^leakhook.*sokcet
// stderr: ^leakhook.*KILL
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

APART void leak_one(void) { kept(malloc(6)); }

int main(void) {
  leak_one();
  return 0;
}
