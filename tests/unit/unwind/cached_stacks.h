// SPDX-License-Identifier: Apache-2.0
// Does the cache of stacks know only what is so? Each stack is kept with half of its hash.
#pragma once
#include "../../../unwind/stack_cache.h"

namespace leakhook::unwind {

/// Never allocates: it is also left in the middle. Memory must have gone through begin().
struct CachedStacks {
  StackCache cache;
  unsigned found;
  Address high;  ///< of the stack that all of them are of

  void begin() {
    cache.prepare();
    found = 0;
    high = 0;
  }
  /// False: the cache takes this stack for another one. One that it does not know it keeps.
  /// Requires: the site stands on the stack of `bounds`, and `last` holds it.
  bool is_right(const CallSite& site, const StackBounds& bounds, const LastStack& last) {
    if (high != bounds.high) cache.prepare();
    high = bounds.high;
    cache.renew();
    const auto value = static_cast<std::uint32_t>(last.hash()) | 1;
    if (const std::uint32_t known = cache.find(site)) {
      ++found;
      return known == value;
    }
    for (int i = 0; i < 4; ++i) cache.keep(site, last, value);
    return true;
  }
};

}  // namespace leakhook::unwind
