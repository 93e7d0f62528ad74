// SPDX-License-Identifier: Apache-2.0
// What does a pair cost among many live blocks? BLOCKS of them, one at random replaced each time.
//
// usage: live BLOCKS MILLISECONDS|COUNTx. Prints CPU nanoseconds per replacement; the building up
// is not in them. `COUNTx` as in pairs.cc.
#include <cstring>
#include <vector>

#include "calls.h"

namespace {

APART void* make(Random& random) { return std::malloc(8 + random.next() % 248); }

APART void replace(std::vector<void*>& blocks, Random& random, long count) {
  for (long i = 0; i < count; ++i) {
    void*& block = blocks[random.next() % blocks.size()];
    std::free(block);
    block = make(random);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Random random(5);
  std::vector<void*> blocks(std::strtoul(argv[1], nullptr, 10));
  for (auto& block : blocks) block = make(random);
  constexpr long kBatch = 1000;
  const bool is_counted = std::strchr(argv[2], 'x') != nullptr;
  const long count = std::atol(argv[2]);
  for (int i = 0; i < 10; ++i) replace(blocks, random, kBatch);
  const double limit = is_counted ? 0 : std::atof(argv[2]) * 1e6, begin = cpu_ns();
  double spent = 0;
  long done = 0;
  while (is_counted ? done < count : spent < limit) {
    replace(blocks, random, kBatch);
    done += kBatch;
    spent = cpu_ns() - begin;
  }
  std::printf("%.3f\n", spent / static_cast<double>(done));
  return 0;
}
