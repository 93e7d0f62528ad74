// SPDX-License-Identifier: Apache-2.0
// Writes a packed segment of a large service to standard output.
// Arguments: blocks, stacks, sizes per stack, and a program whose code the stacks run through.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "elf_file.h"
#include "segment_builder.h"

namespace leakhook::testing {
namespace {

constexpr int kDepth = 24;
constexpr std::uint64_t kBias = 0x555500000000;

/// Return addresses spread over the program's code.
std::vector<std::uint64_t> code_of(const ElfFile& file, ModuleId module, std::mt19937_64* random) {
  const auto code = file.code_segments().at(0);
  std::vector<std::uint64_t> places;
  for (int i = 0; i < 20000; ++i)
    places.push_back(place(kBias + code.address + 1 + (*random)() % (code.size - 1), module));
  return places;
}

int run(int blocks, int stacks, int sizes, const char* program) {
  const auto file = ElfFile::open(program);
  if (!file) return 1;
  std::mt19937_64 random(1);
  SegmentBuilder builder;
  builder.set_text(builder.header().executable, 512, program);
  const ModuleId module = builder.module(program, file->build_id(), kBias, 1 << 30, kBias);
  const auto places = code_of(*file, module, &random);
  std::vector<StackId> ids;
  for (int i = 0; i < stacks; ++i) {
    std::vector<std::uint64_t> frames;
    for (int frame = 0; frame < kDepth; ++frame)
      frames.push_back(places[frame < 4 ? random() % places.size() : (i / (frame * 5)) % 20000]);
    ids.push_back(builder.stack(frames));
  }
  const NameId names[] = {builder.name("main"), builder.name("worker-1"), builder.name("worker-2")};
  builder.bytes(Region::live).reserve(static_cast<std::size_t>(blocks) * sizeof(LiveRecord) + 64);
  for (int i = 0; i < blocks; ++i) {
    const auto stack = random() % ids.size();
    builder.live(0x7f0000000000 + 64 * static_cast<std::uint64_t>(i), 16 + stack + random() % sizes,
                 ids[stack], names[stack % 3], 1 + i % 90);
  }
  for (const StackId id : ids) builder.count(id, 1000, 1000000);
  const std::string bytes = builder.packed();
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
}

}  // namespace
}  // namespace leakhook::testing

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  return leakhook::testing::run(std::atoi(argv[1]), std::atoi(argv[2]), std::atoi(argv[3]),
                                argv[4]);
}
