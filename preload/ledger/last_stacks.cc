// SPDX-License-Identifier: Apache-2.0
// A free list of pieces of memory, without locks.
#include "last_stacks.h"

#include <sys/mman.h>

#include <atomic>

#include "../base/system.h"
#include "sandbox.h"

namespace leakhook::ledger::last_stacks {
namespace {

/// Each piece costs the process two or three of its 65 530 mappings.
constexpr std::uint32_t kInPiece = 32;
constexpr std::uint32_t kPieces = kMost / kInPiece;
/// Whole pages, so that what a thread never touches is not there.
constexpr std::uint64_t kSize = (sizeof(RememberedStacks) + 4095) / 4096 * 4096;

constinit std::atomic<char*> pieces[kPieces]{};
/// Of each: 1 + the number of the free one behind it, 0: none.
constinit std::atomic<std::uint32_t> next_free[kMost]{};
/// Lower half: 1 + the first free one. Upper half: a count, so that a head that was taken and came
/// back meanwhile is not mistaken for the one that was seen.
constinit std::atomic<std::uint64_t> head{0};
constinit std::atomic<std::uint32_t> pieces_mapped{0};

RememberedStacks* at(std::uint32_t number) {
  char* piece =
      pieces[number / kInPiece].load(std::memory_order_acquire);  // pairs with map_piece()
  return reinterpret_cast<RememberedStacks*>(piece + number % kInPiece * kSize);
}

constexpr std::uint64_t head_after(std::uint64_t now, std::uint32_t first) {
  return ((now >> 32) + 1) << 32 | first;
}

void push(std::uint32_t number) {
  std::uint64_t now = head.load(std::memory_order_relaxed);
  do next_free[number].store(static_cast<std::uint32_t>(now), std::memory_order_relaxed);
  while (!head.compare_exchange_weak(now, head_after(now, number + 1), std::memory_order_release));
}

/// False: none is free.
bool pop(std::uint32_t* number) {
  std::uint64_t now = head.load(std::memory_order_acquire);  // pairs with push(): its next_free
  for (;;) {
    const auto first = static_cast<std::uint32_t>(now);
    if (first == 0) return false;
    const std::uint32_t second = next_free[first - 1].load(std::memory_order_relaxed);
    if (!head.compare_exchange_weak(now, head_after(now, second), std::memory_order_acquire))
      continue;  // acquire as above
    *number = first - 1;
    return true;
  }
}

/// Maps one piece more and takes its first one. False: no memory.
bool map_piece(std::uint32_t* number) {
  const std::uint32_t piece = pieces_mapped.fetch_add(1, std::memory_order_relaxed);
  void* mapped = piece < kPieces ? sys::map_apart(kInPiece * kSize) : nullptr;
  if (mapped == nullptr) {
    if (piece >= kPieces) pieces_mapped.store(kPieces, std::memory_order_relaxed);
    return false;  // a number without memory is left out for good
  }
  if (may_madvise())
    sys::call(SYS_madvise, sys::word(mapped), static_cast<long>(kInPiece * kSize), MADV_DONTDUMP);
  pieces[piece].store(static_cast<char*>(mapped), std::memory_order_release);
  *number = piece * kInPiece;
  for (std::uint32_t i = 1; i < kInPiece; ++i) push(*number + i);
  return true;
}

}  // namespace

RememberedStacks* take() {
  std::uint32_t number = 0;
  if (!pop(&number) && !map_piece(&number)) return nullptr;
  RememberedStacks* stacks = at(number);
  stacks->last.prepare();
  stacks->cache.prepare();
  return stacks;
}

void give_back(RememberedStacks* stacks) {
  for (std::uint32_t piece = 0; piece < kPieces; ++piece) {
    const char* begin = pieces[piece].load(std::memory_order_acquire);
    const auto distance = static_cast<std::uint64_t>(reinterpret_cast<const char*>(stacks) - begin);
    if (begin == nullptr || distance >= kInPiece * kSize) continue;
    return push(static_cast<std::uint32_t>(piece * kInPiece + distance / kSize));
  }
}

void visit_pieces(void (*visit)(void* context, std::uint64_t begin, std::uint64_t end),
                  void* context) {
  for (const std::atomic<char*>& piece : pieces) {
    const auto begin = reinterpret_cast<std::uint64_t>(piece.load(std::memory_order_acquire));
    if (begin != 0) visit(context, begin, begin + kInPiece * kSize);
  }
}

void keep_only(RememberedStacks* mine) {
  head.store(0, std::memory_order_relaxed);
  const std::uint32_t mapped = pieces_mapped.load(std::memory_order_relaxed);
  for (std::uint32_t piece = 0; piece < mapped && piece < kPieces; ++piece) {
    if (pieces[piece].load(std::memory_order_relaxed) == nullptr) continue;
    for (std::uint32_t number = piece * kInPiece; number < (piece + 1) * kInPiece; ++number)
      if (at(number) != mine) push(number);
  }
}

}  // namespace leakhook::ledger::last_stacks
