// SPDX-License-Identifier: Apache-2.0
// Which heap blocks can the program still reach? The words for that, and how they travel.
//
// The words mean what valgrind's memcheck means by them:
//   reachable  a chain of pointers leads there from a root (registers, stacks, data of modules,
//              mappings of the program), each to the start of a block, or into it where a heuristic
//              says that a C++ program would keep it so
//   possible   chains from roots lead there, but each has a pointer into the middle of a block
//   indirect   no chain from a root; another lost block leads there
//   definite   lost, and no other lost block leads there, or only those that it leads to itself (a
//              cycle has one such leader)
// Where several fit, the first of them counts.
#pragma once
#include <cstdint>

namespace leakhook {

enum class Reach : std::uint8_t { unknown, reachable, possible, indirect, definite, count };

/// No leader.
inline constexpr std::uint32_t kNoLeader = ~std::uint32_t{0};

/// One heap block that is not reachable. The records of a dump ascend by address, and name each
/// address once; a live block without a record is reachable.
struct ReachRecord {
  std::uint64_t address;
  std::uint64_t size_and_reach;  ///< bytes asked for << 8 | Reach
  std::uint32_t stack;           ///< StackId
  std::uint32_t leader;          ///< definite: its own index; indirect: the index of the definite
                                 ///< record that it hangs below; possible: kNoLeader

  static constexpr std::uint64_t encode(std::uint64_t size, Reach reach) {
    return size << 8 | static_cast<std::uint64_t>(reach);
  }
  constexpr std::uint64_t size() const { return size_and_reach >> 8; }
  /// unknown: not a word of this version.
  constexpr Reach reach() const {
    const std::uint64_t word = size_and_reach & 0xff;
    return word < static_cast<std::uint64_t>(Reach::count) ? static_cast<Reach>(word)
                                                           : Reach::unknown;
  }
};
static_assert(sizeof(ReachRecord) == 24, "bump kLayoutVersion");

}  // namespace leakhook
