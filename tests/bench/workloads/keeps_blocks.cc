// SPDX-License-Identifier: Apache-2.0
// Does a tool do what it is measured for? A program with 1000 blocks of 1000 bytes that it keeps.
//
// Prints its /proc/self/maps, where the tool's library must stand.
#include "calls.h"

namespace {

APART void* keep_one() { return std::malloc(1000); }

}  // namespace

int main() {
  for (int i = 0; i < 1000; ++i) keep(keep_one());
  std::FILE* maps = std::fopen("/proc/self/maps", "re");
  must(maps != nullptr, "/proc/self/maps");
  for (int c; (c = std::fgetc(maps)) != EOF;) std::putchar(c);
  return std::fclose(maps);
}
