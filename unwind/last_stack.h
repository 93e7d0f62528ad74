// SPDX-License-Identifier: Apache-2.0
// What does a thread remember of the stack in which it was last captured?
//
//   [0]      the border: lies above every stack, ends every search
//   [1]      the outermost frame
//    ...     each with the place of its return address and the rule by which it was left
//   [count]  the innermost one
//    ...     free; the next walk collects its frames there, outermost first, too
//
// A remembered frame is a claim that never grows false while the rules stay: "whoever stands at
// this slot with this return address, and finds the remembered words at all outer slots, walks the
// remembered frames". So nothing has to be forgotten when functions return; only the words are
// compared again. An array for each part of a frame: the comparison of all slots reads but two.
//
// One capture at a time, by one thread. A signal handler that captures while it interrupts a
// capture must be kept out by the owner, who notes in `in_use_at` that one is under way; it may be
// let in again when that one has been abandoned (siglongjmp out of the handler): while frames
// change, `known` is 0, so that a capture cut off at any instruction leaves nothing believed.
#pragma once
#include <cstdint>

#include "address.h"

namespace leakhook::unwind {

struct LastStack {
  /// Deeper stacks are cut at their outer end.
  static constexpr std::uint32_t kMaxFrames = 512;
  static constexpr std::uint32_t kRoom = kMaxFrames + 1;
  /// How many more frames than last time are walked without starting afresh: keeps to few pages.
  static constexpr std::uint32_t kUsualRoom = 128;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// Forgets what another thread remembered. Memory must have gone through this, zeros too.
  void prepare() {
    slots[0] = ~Address{0};
    count = known = 0;
    fp_user_count = kept = 0;
    in_use_at = 0;
  }

  /// The number of return addresses, and each: 0 is the outermost.
  std::uint32_t size() const { return count; }
  Address operator[](std::uint32_t i) const { return pcs[i + 1]; }
  /// Of the whole stack: outermost first, so that outer frames that stay keep their part.
  std::uint64_t hash() const { return hashes[count]; }
  /// Of the frames from the outermost to number i.
  std::uint64_t hash_of(std::uint32_t i) const { return hashes[i + 1]; }
  static std::uint64_t step(std::uint64_t hash, Address pc) {
    return (hash + pc) * 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio (Knuth, TAOCP 6.4)
  }

  std::uint32_t count;
  std::uint32_t known;          ///< the outermost frames that may be met again: count or 0
  std::uint32_t fp_user_count;  ///< how many known frames are left by their frame pointer
  std::uint32_t kept;           ///< of the outermost frames, those of the capture before,
  std::uint64_t hash_before;    ///< and the hash of all of that one
  std::uint64_t generation;     ///< of the rules (RuleCache::Generation)
  Address high;                 ///< of the stack that is known (StackBounds)
  Address in_use_at;  ///< CallSite::cfa of the capture that uses it, 0: free. For the owner alone.

  Address slots[kRoom];         ///< where the return address into this frame lies
  Address pcs[kRoom];           ///< the return address
  std::uint64_t rules[kRoom];   ///< Rule::bits()
  std::uint64_t hashes[kRoom];  ///< of this frame and all outer ones

  // Kept only for frames that are left by their frame pointer.
  std::uint64_t fps[kRoom];       ///< the frame pointer
  Address fp_slots[kRoom];        ///< the word that it was restored from; 0: it was never saved
  std::uint32_t fp_users[kRoom];  ///< which frames they are, outermost first: fp_user_count of them
};

}  // namespace leakhook::unwind
