// leaks: 1 heap in leak_one (19 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// A program whose file was replaced on disk (an upgrade) still has names.
#include <fcntl.h>
#include <sys/sendfile.h>

#include "service.h"

APART void leak_one(void) { kept(malloc(19)); }

int main(int argc, char** argv) {
  const char* copy = strrchr(argv[0], '/') + 1;
  if (argc == 1) {
    const int from = open("/proc/self/exe", O_RDONLY), to = open(copy, O_WRONLY | O_CREAT, 0700);
    while (sendfile(to, from, NULL, 1 << 20) > 0) continue;
    close(from), close(to);
    char path[4096];
    snprintf(path, sizeof path, "./%s", copy);
    execl(path, argv[0], "copy", (char*)NULL);
  }
  MUST(unlink(copy) == 0);
  leak_one();
  dump_me();
  return 0;
}
