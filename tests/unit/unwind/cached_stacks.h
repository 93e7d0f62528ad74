// SPDX-License-Identifier: Apache-2.0
// Does the cache of stacks know only what is so? Each stack is kept with the number of its hash.
#pragma once
#include "../../../unwind/stack_cache.h"

namespace leakhook::unwind {

/// Never allocates: it is also left in the middle. Memory must have gone through begin().
struct CachedStacks {
  StackCache cache;
  std::uint64_t hashes[1 << 16];
  std::uint32_t count;
  unsigned found;
  Address high;  ///< of the stack that all of them are of

  void begin() {
    cache.prepare();
    count = found = 0;
    high = 0;
  }
  /// False: the cache takes this stack for another one. One that it does not know it keeps.
  /// Requires: the site stands on the stack of `bounds`, and `last` holds it.
  bool is_right(const CallSite& site, const StackBounds& bounds, const LastStack& last) {
    if (high != bounds.high) cache.prepare();
    high = bounds.high;
    cache.renew();
    if (const std::uint32_t known = cache.find(site)) {
      ++found;
      return hashes[known] == last.hash();
    }
    if (count + 1 == std::size(hashes)) return true;
    hashes[count + 1] = last.hash();
    ++count;
    for (int i = 0; i < 4; ++i) cache.keep(site, last, count);
    return true;
  }
};

}  // namespace leakhook::unwind
