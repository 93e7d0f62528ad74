// leaks: not judged
// env: LEAKHOOK_MEMORY=1MiB
// comment: ceiling_reached|LEAKHOOK_MEMORY|live_table_full
// stderr: ^leakhook.*(MEMORY|full|ceiling)
// dumps: both
// long:
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

int main(void) {
  for (int i = 0; i < 300000; i++) kept(malloc(16));
  dump_me();
  return 0;
}
