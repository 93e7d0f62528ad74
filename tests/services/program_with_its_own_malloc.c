// leaks: 1 eventfd in leak_eventfd
// comment: allocator_not_hooked: 1
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// A program linked to an allocator of its own keeps it; its heap is not seen, and that is said.
#include <stdint.h>
#include <sys/eventfd.h>

#include "service.h"

static _Alignas(16) char arena[64 << 20];
static size_t used;

void* malloc(size_t size) {
  const size_t at = __atomic_fetch_add(&used, (size + 31) & ~(size_t)15, __ATOMIC_RELAXED);
  if (at + size + 16 > sizeof arena) return NULL;
  *(size_t*)(void*)(arena + at) = size;
  return arena + at + 16;
}
void free(void* p) { (void)p; }
void* calloc(size_t count, size_t size) { return malloc(count * size); }
void* realloc(void* p, size_t size) {
  void* moved = malloc(size);
  if (p && moved) {
    const size_t old = *(size_t*)(void*)((char*)p - 16);
    memcpy(moved, p, old < size ? old : size);
  }
  return moved;
}

APART void leak_eventfd(void) { MUST(eventfd(0, 0) >= 0); }

int main(void) {
  char* text = strdup("from the arena");
  MUST(text > arena && text < arena + sizeof arena);
  free(kept(text));
  leak_eventfd();
  dump_me();
  return 0;
}
