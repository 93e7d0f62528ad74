// SPDX-License-Identifier: Apache-2.0
// What the examples test: a leak that everybody knows of, and one that a change may bring.
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

// Known for long, in the baseline.
static void read_configuration(void) { (void)open("/dev/null", O_RDONLY); }

#ifdef WITH_NEW_LEAK
// What a change brought in.
static void print_order(void) { (void)open("/dev/zero", O_RDONLY); }
#else
static void print_order(void) { close(open("/dev/zero", O_RDONLY)); }
#endif

int main(int count, char** arguments) {
  if (count > 1 && strcmp(arguments[1], "clean") == 0) return 0;
  read_configuration();
  print_order();
  return 0;
}
