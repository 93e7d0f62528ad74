// SPDX-License-Identifier: Apache-2.0
// How does one get pages from the kernel, and give them back? Without libc, async-signal-safe.
#pragma once
#include <cstddef>

namespace leakhook::sys {

/// Null when refused.
void* map(void* at, std::size_t size, int protection, int flags, int fd = -1,
          std::size_t offset = 0);
long unmap(void* address, std::size_t size);
/// To read and write, between two pages that nobody may touch: the kernel may put a large block of
/// the program right beside, and a program that writes past its ends faults as without us.
void* map_apart(std::size_t size);
inline constexpr std::size_t kGuard = 4096;
/// madvise(2).
long advise(void* address, std::size_t size, int advice);

}  // namespace leakhook::sys
