// leaks: 1 eventfd in leak_outside_of_the_range
// SPDX-License-Identifier: Apache-2.0
#include <linux/close_range.h>
#include <sys/eventfd.h>

#include "service.h"

APART void leak_outside_of_the_range(void) { MUST(eventfd(0, 0) == 3); }
APART void clean_close_range(void) {
  for (int i = 0; i < 10; i++) eventfd(0, 0);
  MUST(close_range(4, 19, 0) == 0);
  for (int i = 0; i < 10; i++) eventfd(0, 0);
  MUST(close_range(4, ~0U, CLOSE_RANGE_CLOEXEC) == 0);  // closes nothing yet
  MUST(close_range(4, ~0U, 0) == 0);
}
APART void clean_closefrom(void) {
  for (int i = 0; i < 10; i++) eventfd(0, 0);
  closefrom(4);
}

int main(void) {
  leak_outside_of_the_range(), clean_close_range(), clean_closefrom();
  return 0;
}
