// SPDX-License-Identifier: Apache-2.0
// A program whose functions the symbolizer must name. Prints its load bias, a return address inside
// two inlined calls, and the lines of the three calls; then waits for its standard input to end.
#include <link.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

namespace {

std::uint64_t return_address;
int innermost_line, middle_line, outermost_line;

[[gnu::noinline]] void note() {
  return_address = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
}

[[gnu::always_inline]] inline void innermost() {
  innermost_line = __LINE__ + 1;
  note();
  asm volatile("" ::: "memory");  // no tail call
}

}  // namespace

namespace shop {
namespace {
struct Counter {
  [[gnu::always_inline]] void middle() {
    middle_line = __LINE__ + 1;
    innermost();
  }
};
}  // namespace

[[gnu::noinline, gnu::used]] void order(int count) {
  if (count == 0) return;
  outermost_line = __LINE__ + 1;
  Counter().middle();
}
}  // namespace shop

int main(int argc, char**) {
  shop::order(argc);
  std::uint64_t bias = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        *static_cast<std::uint64_t*>(out) = info->dlpi_addr;
        return 1;
      },
      &bias);
  std::printf("%lx %lx %d %d %d\n", bias, return_address, innermost_line, middle_line,
              outermost_line);
  std::fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
}
