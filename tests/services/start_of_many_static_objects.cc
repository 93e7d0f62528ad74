// leaks: 1 heap in leak_one (6 bytes)
// SPDX-License-Identifier: Apache-2.0
// 1 000 static objects in 8 libraries, each with a destructor registered before main.
#include "service.h"

extern "C" {
int objects_0(), objects_1(), objects_2(), objects_3(), objects_4(), objects_5(), objects_6(),
    objects_7();
}
APART void leak_one() { kept(malloc(6)); }

int main() {
  printf("%d\n", objects_0() + objects_1() + objects_2() + objects_3() + objects_4() + objects_5() +
                     objects_6() + objects_7());
  leak_one();
}
