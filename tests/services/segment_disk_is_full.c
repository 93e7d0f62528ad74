// leaks: not judged
// env: LEAKHOOK_DIR=small
// comment: segment_refused
// stderr: ^leakhook.*segment_refused
// SPDX-License-Identifier: Apache-2.0
// The segment lies in a file on a disk that fills up: what finds no block there is counted, and the
// program, which would die by SIGBUS for a page without one, goes on.
#include "small_disk.h"

int main(int argc, char** argv) {
  if (argc == 1) {
    make_small_disk("small", "size=1m");
    execl("/proc/self/exe", argv[0], "on a small disk", (char*)NULL);
  }
  for (int i = 0; i < 200000; i++) kept(malloc(24));
  puts("goes on");
  return 0;
}
