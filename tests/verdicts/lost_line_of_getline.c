// verdict: definite 1/120, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// getline's buffer is the caller's to free.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  char* line = NULL;
  size_t size = 0;
  FILE* file = fopen("/proc/self/stat", "r");
  MUST(file && getdelim(&line, &size, ' ', file) > 0);
  fclose(file);
  if (kIsClean) free(line);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
