// leaks: nothing
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <link.h>

#include "service.h"

static int count(struct dl_phdr_info* unused, size_t size, void* number) {
  (void)unused, (void)size;
  ++*(int*)number;
  return 0;
}

int main(void) {
  int before = 0, after = 0;
  dl_iterate_phdr(count, &before);
  free(kept(malloc(10)));
  dump_me();
  free(kept(malloc(10)));
  dl_iterate_phdr(count, &after);
  MUST(before == after);
  return 0;
}
