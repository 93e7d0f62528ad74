// SPDX-License-Identifier: Apache-2.0
// What do the compilers of the list compile? A few functions, a library's part and a main.
#include <stdio.h>
#include <stdlib.h>

int compare(const void* a, const void* b) { return *(const int*)a - *(const int*)b; }

int main(void) {
  int numbers[500];
  long sum = 0;
  for (int i = 0; i < 500; i++) numbers[i] = (i * 7919) % 1009;
  qsort(numbers, 500, sizeof *numbers, compare);
  for (int i = 0; i < 500; i++) sum += numbers[i] * (long)i;
  char* text = malloc(64);
  snprintf(text, 64, "sum %ld", sum);
  puts(text);
  free(text);
  return 0;
}
