// leaks: 1 heap in leak_new (40 bytes), 1 heap in leak_array (50 bytes), 1 heap in leak_nothrow (60 bytes), 1 heap in leak_aligned (256 bytes), 2 heap in leak_string
// SPDX-License-Identifier: Apache-2.0
#include <new>
#include <string>

#include "service.h"

struct alignas(128) Wide {
  char bytes[256];
};
struct Small {
  char bytes[40];
};

APART void leak_new() { kept(new Small); }
APART void leak_array() { kept(new char[50]); }
APART void leak_nothrow() { kept(new (std::nothrow) char[60]); }
APART void leak_aligned() { kept(new Wide); }
APART void leak_string() { kept(new std::string(1000, 'x')); }
APART void clean_every_form() {
  delete static_cast<Small*>(kept(new Small));
  delete[] static_cast<char*>(kept(new char[50]));
  delete static_cast<Wide*>(kept(new Wide));
  delete[] static_cast<Wide*>(kept(new Wide[3]));
  operator delete(kept(operator new(7)), std::nothrow);
  operator delete (kept(operator new(9)), std::size_t{9});
  operator delete (kept(operator new (64, std::align_val_t{64})), std::align_val_t{64});
  delete static_cast<std::string*>(kept(new std::string(1000, 'y')));
}

int main() {
  leak_new(), leak_array(), leak_nothrow(), leak_aligned(), leak_string();
  clean_every_form();
}
