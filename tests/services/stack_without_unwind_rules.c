// leaks: 1 heap in leak_below_code_without_rules (25 bytes), 1 heap in leak_with_wild_frame_pointer (35 bytes)
// SPDX-License-Identifier: Apache-2.0
// Machine code made at run time, with and without a frame pointer that means something: no fault.
#include <sys/mman.h>

#include "service.h"

APART void leak_below_code_without_rules(void) { kept(malloc(25)); }
APART void leak_with_wild_frame_pointer(void) { kept(malloc(35)); }

typedef void (*Code)(void (*callee)(void));
#ifdef __aarch64__
// stp x29, x30, [sp, #-16]!; mov x29, sp; blr x0; ldp x29, x30, [sp], #16; ret
static const unsigned kFramed[] = {0xa9bf7bfd, 0x910003fd, 0xd63f0000, 0xa8c17bfd, 0xd65f03c0};
// the same, with mov x29, 0xdeadbeef0123
static const unsigned kWild[] = {0xa9bf7bfd, 0xd280247d, 0xf2b7ddfd, 0xf2dbd5bd,
                                 0xd63f0000, 0xa8c17bfd, 0xd65f03c0};
#else
// push rbp; mov rbp, rsp; call rdi; pop rbp; ret
static const unsigned char kFramed[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
// push rbp; mov rbp, 0x7fffdeadbeef0123; call rdi; pop rbp; ret
static const unsigned char kWild[] = {0x55, 0x48, 0xbd, 0x23, 0x01, 0xef, 0xbe, 0xad,
                                      0xde, 0xff, 0x7f, 0xff, 0xd7, 0x5d, 0xc3};
#endif

int main(void) {
  unsigned char* page =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(page != MAP_FAILED);
  memcpy(page, kFramed, sizeof kFramed);
  memcpy(page + 256, kWild, sizeof kWild);
  __builtin___clear_cache((char*)page, (char*)page + 4096);
  ((Code)(void*)page)(leak_below_code_without_rules);
  ((Code)(void*)(page + 256))(leak_with_wild_frame_pointer);
  puts("ends well");
  return 0;
}
