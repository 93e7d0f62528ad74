// leaks: 1 heap in leak_inlined (41 bytes)
// stack: main > outer > middle > leak_inlined
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

__attribute__((always_inline)) static inline void leak_inlined() { kept(malloc(41)); }
template <typename T>
__attribute__((always_inline)) static inline void middle(T) {
  leak_inlined();
}
APART void outer() { middle(1); }

int main() { outer(); }
