// SPDX-License-Identifier: Apache-2.0
// How fast does the marker go through a heap, and through the roots of a sampled one?
//
// usage: marks A|B MIB ROUNDS wide|deep|lost
// A heap of real malloc (or of what is preloaded). Sizes: A 16 B to 64 KiB, 720 B on average;
// B 24 to 64 B, 44 on average. 16 % of all words are pointers, three quarters of them within 10 000
// blocks, the others anywhere. The rest is zeros, small numbers, doubles and noise. What is
// reached:
//   wide  roots lead to every hundredth (A) or every second block (B), as large tables do, and to
//         what nothing else leads to
//   deep  one root; every block is led to by one that was made before it (which takes a few
//   pointers
//         more than 16 % in B)
//   lost  no root: all blocks hang below others, or are definite
// Prints each round's processor time; speed is in bytes of blocks that were scanned.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <random>
#include <vector>

#include "../../../preload/mark/marker.h"
#include "heap_shape.h"

namespace {

using leakhook::mark::Marker;
using namespace bench;

std::vector<Block> make_blocks(bool is_a, std::uint64_t bytes) {
  std::vector<Block> blocks;
  for (std::uint64_t have = 0; have < bytes; have += blocks.back().size) {
    auto size = is_a ? size_of_a() : static_cast<std::uint32_t>(24 + below(41));
    if (have / 1024 == 1) size = 8;  // some allocators put one of these at an odd multiple of 8
    blocks.push_back({static_cast<std::uint64_t*>(std::malloc(size)), size});
    std::memset(blocks.back().words, 0xff, size);
  }
  return blocks;
}

std::uint64_t no_pointer() {
  switch (below(4)) {
    case 0:
      return 0;
    case 1:
      return below(1000);
    case 2: {
      const double number = static_cast<double>(below(100'000)) / 7;
      std::uint64_t word;
      std::memcpy(&word, &number, sizeof(word));
      return word;
    }
    default:
      return g_random() >> 1;
  }
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Makes roots of all that would be definite.
bool lead_to_the_rest(const std::vector<Block>& blocks, std::vector<std::uint64_t>* roots) {
  const auto marker = std::make_unique<Marker>();
  const bool is_indexed = marker->index([&](auto&& visit) {
    for (const Block& block : blocks)
      visit(reinterpret_cast<std::uint64_t>(block.words), block.size, 1);
  });
  marker->scan_roots(roots->data(), roots->size() * 8);
  if (!is_indexed || !marker->finish()) return false;
  for (std::uint64_t i = 0; i < marker->count(); ++i)
    if (marker->records()[i].reach() == leakhook::Reach::definite)
      roots->push_back(marker->records()[i].address);
  return true;
}

bool run_round(const std::vector<Block>& blocks, const std::vector<std::uint64_t>& roots) {
  const auto marker = std::make_unique<Marker>();
  const double begin = processor_seconds();
  const bool is_indexed = marker->index([&](auto&& visit) {
    for (const Block& block : blocks)
      visit(reinterpret_cast<std::uint64_t>(block.words), block.size, 1);
  });
  const double indexed = processor_seconds();
  marker->scan_roots(roots.data(), roots.size() * 8);
  if (!is_indexed || !marker->finish()) return false;
  const double seconds = processor_seconds() - indexed;
  const double bytes = static_cast<double>(marker->facts().heap_bytes_scanned);
  std::printf("index %.3f s, mark %.3f s: %.2f GB/s of %.2f GB, %lu not reachable\n",
              indexed - begin, seconds, bytes / seconds / 1e9, bytes / 1e9, marker->count());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const bool is_a = argv[1][0] == 'A';
  const bool is_wide = std::strcmp(argv[4], "wide") == 0;
  const std::vector<Block> blocks = make_blocks(is_a, std::strtoull(argv[2], nullptr, 10) << 20);
  std::uint64_t bytes = 0;
  for (const Block& block : blocks) bytes += block.size;
  const std::uint64_t pointers = fill(blocks, bytes, std::strcmp(argv[4], "deep") == 0, no_pointer);
  std::vector<std::uint64_t> roots;
  for (std::uint64_t i = 0; is_wide && i < blocks.size(); i += is_a ? 100 : 2)
    roots.push_back(reinterpret_cast<std::uint64_t>(blocks[below(blocks.size())].words));
  if (is_wide && !lead_to_the_rest(blocks, &roots)) return 1;
  if (std::strcmp(argv[4], "deep") == 0)
    roots.push_back(reinterpret_cast<std::uint64_t>(blocks[0].words));
  std::printf("%zu blocks of %lu bytes, %.1f %% of words are pointers\n", blocks.size(),
              bytes / blocks.size(),
              800.0 * static_cast<double>(pointers) / static_cast<double>(bytes));
  for (int round = 0; round < std::atoi(argv[3]); ++round)
    if (!run_round(blocks, roots)) return 1;
  return 0;
}
