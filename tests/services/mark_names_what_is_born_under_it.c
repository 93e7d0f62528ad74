// leaks: 2 heap in leak_block (2000 bytes), 1 file in leak_descriptor, 1 heap in leak_later (300 bytes)
// label: mark=^Orders.Print$ in leak_descriptor
// label: mark=^Orders.Read$ in leak_later
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fcntl.h>

#include "service.h"

typedef void (*mark_function)(const char*);

APART void leak_block(void) { kept(malloc(1000)); }
APART void leak_later(void) { kept(malloc(300)); }
APART void leak_descriptor(void) { MUST(open("/dev/null", O_RDONLY) >= 0); }

static void marks_nothing(const char* unused) { (void)unused; }

int main(void) {
  mark_function mark = (mark_function)dlsym(RTLD_DEFAULT, "leakhook_mark");
  if (mark == NULL) mark = marks_nothing;
  leak_block();
  mark("Orders.Print");
  leak_descriptor();
  leak_block();
  mark("Orders.Read");
  leak_later();
  mark(NULL);
  return 0;
}
