// leaks: not judged
// SPDX-License-Identifier: Apache-2.0
// As many blocks of 24 bytes as its argument says; limits_scenarios.py says more than a thousand.
#include "service.h"

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 1000;
  for (int i = 0; i < count; i++) *(char*)kept(malloc(24)) = 1;
  printf("ready %d\n", (int)getpid());
  fflush(stdout);
  getchar();
  puts("goes on");
  return 0;
}
