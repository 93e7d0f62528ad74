// leaks: not judged
// env: LEAKHOOK_OUTPUT=full/x.%p.%n
// stderr: ^leakhook
// dumps: none
// long:
// SPDX-License-Identifier: Apache-2.0
#include "small_disk.h"

static void fill(const char* path) {
  static const char kBlock[4096] = {1};
  const int file = open(path, O_WRONLY | O_CREAT, 0600);
  MUST(file >= 0);
  while (write(file, kBlock, sizeof kBlock) > 0) continue;
  MUST(errno == ENOSPC);
  close(file);
}

int main(int argc, char** argv) {
  if (argc == 1) {
    make_small_disk("full", "size=8k");
    fill("full/file");
    execl("/proc/self/exe", argv[0], "filled", (char*)NULL);
  }
  kept(malloc(100000));
  puts("goes on");
  return 0;
}
