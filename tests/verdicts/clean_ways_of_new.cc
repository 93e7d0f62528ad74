// verdict: definite 0, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Every form of operator new and its delete.
#include <new>

#include "program.h"

struct alignas(64) Aligned {
  char bytes[64];
};
struct WithDestructor {
  long number = 1;
  ~WithDestructor() { seen(this); }
};

template <class Type>
APART static void use() {
  delete static_cast<Type*>(seen(new Type));
  delete[] static_cast<Type*>(seen(new Type[3]));
  delete static_cast<Type*>(seen(new (std::nothrow) Type));
  delete[] static_cast<Type*>(seen(new (std::nothrow) Type[3]));
}

int main() {
  use<int>(), use<Aligned>(), use<WithDestructor>();
  wipe();
  return 0;
}
