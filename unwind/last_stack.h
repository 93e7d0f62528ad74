// SPDX-License-Identifier: Apache-2.0
// What does a thread remember of the stack in which it was last captured?
//
//   frames[0]  the border: lies above every stack, ends every search
//   frames[1]  the outermost frame
//      ...     each with the place of its return address and the rule by which it was left
//   frames[count]  the innermost one
//      ...     free; the next walk collects its frames from the far end of the array
//
// A remembered frame is a claim that never grows false while the rules stay: "whoever stands at
// this slot with this return address, and finds the remembered words at all outer slots, walks the
// remembered frames". So nothing has to be forgotten when functions return; only the words are
// compared again. One thread at a time writes and reads it.
#pragma once
#include <cstdint>

#include "address.h"

namespace leakhook::unwind {

struct LastStack {
  /// Deeper stacks are cut at their outer end.
  static constexpr std::uint32_t kMaxFrames = 512;

  struct Frame {
    Address slot;        ///< where the return address into this frame lies
    Address pc;          ///< the return address
    std::uint64_t rule;  ///< Rule::bits()
    std::uint64_t hash;  ///< of this frame and all outer ones
    std::uint64_t fp;    ///< the frame pointer in it; kept right for users of fp only
    Address fp_slot;     ///< the word that fp was restored from; 0: it was never saved
  };

  /// Forgets what another thread remembered. Memory must have gone through this, zeros too.
  void prepare() {
    frames[0].slot = ~Address{0};
    count = known = fp_user = 0;
    in_use_at = 0;
  }

  /// The number of return addresses, and each: 0 is the outermost.
  std::uint32_t size() const { return count; }
  Address operator[](std::uint32_t i) const { return frames[i + 1].pc; }
  /// Of the whole stack: outermost first, so that outer frames that stay keep their part.
  std::uint64_t hash() const { return frames[count].hash; }
  /// Of the frames from the outermost to number i.
  std::uint64_t hash_of(std::uint32_t i) const { return frames[i + 1].hash; }
  static std::uint64_t step(std::uint64_t hash, Address pc) {
    return (hash + pc) * 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio (Knuth, TAOCP 6.4)
  }

  std::uint32_t count;
  std::uint32_t known;    ///< the outermost frames that may be met again, count or 0
  std::uint32_t fp_user;  ///< the outermost known frame that is left by its frame pointer; 0: none
  std::uint16_t generation;  ///< of the rules (RuleCache::Generation)
  Address in_use_at;  ///< CallSite::cfa of the capture that uses it, 0: free. For the owner alone.
  Address plain[kMaxFrames];  ///< the frames of a walk that cannot be remembered, innermost first
  Frame frames[kMaxFrames + 1];
};

}  // namespace leakhook::unwind
