// SPDX-License-Identifier: Apache-2.0
// Asks the kernel about each page, but for those that are surely there.
#include "program_memory.h"

#include <cstdint>

#include "../../unwind/readable.h"
#include "attention.h"

namespace leakhook::ledger {

bool can_be_read(const void* at, std::size_t size) {
  constexpr std::uint64_t kPage = 4096;
  const auto from = reinterpret_cast<std::uint64_t>(at), to = from + size;
  if (at == nullptr || to < from) return false;
  const auto here = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  if (from >= here && to <= this_thread.stack_high) return true;
  for (std::uint64_t word = from / 4 * 4; word < to; word = (word / kPage + 1) * kPage)
    if (!unwind::is_readable(word)) return false;
  return true;
}

}  // namespace leakhook::ledger
