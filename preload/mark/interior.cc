// SPDX-License-Identifier: Apache-2.0
// What a block must look like for each of the heuristics.
#include "interior.h"

namespace leakhook::mark {

namespace {

constexpr std::uint64_t kWord = 8;

bool is_array_cookie(std::uint64_t pointer, std::uint64_t block, std::uint64_t size) {
  if (pointer != block + kWord || size < kWord) return false;
  const std::uint64_t count = word_at(block);
  return count > 0 && (size - kWord) % count == 0;  // a count of bytes, too
}

bool is_old_string(std::uint64_t pointer, std::uint64_t block, std::uint64_t size) {
  constexpr std::uint64_t kHead = 3 * kWord;
  if (pointer != block + kHead || size <= kHead) return false;
  const std::uint64_t capacity = word_at(block + kWord);
  return capacity == size - kHead - 1 && word_at(block) <= capacity;
}

}  // namespace

/// Like valgrind: two pointers to code, with nothing but zeros before and between them.
bool Interior::is_vtable(std::uint64_t address) const {
  constexpr std::uint64_t kMostWords = 20;
  const Range* table = address % kWord == 0 ? mapped_.holding(address) : nullptr;
  if (table == nullptr) return false;
  int functions = 0;
  for (std::uint64_t i = 0; i <= kMostWords && address + (i + 1) * kWord <= table->end; ++i) {
    const std::uint64_t function = word_at(address + i * kWord);
    if (function == 0) continue;
    if (code_.holding(function) == nullptr) return false;
    if (++functions == 2) return true;
  }
  return false;
}

bool Interior::is_as_good_as_start(std::uint64_t pointer, std::uint64_t block,
                                   std::uint64_t size) const {
  if (is_array_cookie(pointer, block, size) || is_old_string(pointer, block, size)) return true;
  return pointer % kWord == 0 && pointer + kWord <= block + size && is_vtable(word_at(pointer)) &&
         is_vtable(word_at(block));
}

}  // namespace leakhook::mark
