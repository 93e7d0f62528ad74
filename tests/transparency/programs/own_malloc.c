// SPDX-License-Identifier: Apache-2.0
// A program that brings its own malloc inside its executable: every block must come from there.
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static char memory[32 << 20];
static size_t used;

void* malloc(size_t size) {
  const size_t at = (used + 31) & ~(size_t)15;
  if (size > sizeof memory - at) return NULL;
  used = at + size;
  memcpy(memory + at - 8, &size, sizeof size);
  return memory + at;
}
void free(void* block) { (void)block; }
void* calloc(size_t count, size_t size) { return malloc(count * size); }
void* realloc(void* block, size_t size) {
  void* moved = malloc(size);
  size_t before = 0;
  if (block) memcpy(&before, (char*)block - 8, sizeof before);
  if (moved && block) memcpy(moved, block, before < size ? before : size);
  return moved;
}

int main(void) {
  char line[256], *text = NULL;
  size_t length = 0;
  FILE* memory_file = open_memstream(&text, &length);
  for (int i = 0; i < 2000; i++) fprintf(memory_file, "%d ", i);
  fclose(memory_file);
  const int is_ours = text >= memory && text < memory + sizeof memory;
  snprintf(line, sizeof line, "%zu bytes, ours: %d\n", length, is_ours);
  fputs(line, stdout);
  return !is_ours;
}
