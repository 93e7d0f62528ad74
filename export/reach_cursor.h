// SPDX-License-Identifier: Apache-2.0
// What did a snapshot find out about this block? The records of the snapshot beside the live
// blocks, both in the order of addresses.
#pragma once
#include <cstdint>
#include <span>

#include "../preload/contract/layout.h"

namespace leakhook {

/// What is known of the way to a block.
struct Judgement {
  Reach reach = Reach::unknown;
  StackId cause = 0;  ///< definite and indirect: the stack of the lost block on top; it may be 0
};

class ReachCursor {
 public:
  /// Requires: `records` outlive the cursor. Records that are out of order tell nothing.
  explicit ReachCursor(std::span<const ReachRecord> records);

  /// Requires: each block once, in the order of their addresses. A record that speaks of another
  /// size or stack than the block's, or names a leader that is none, makes it `unknown`.
  Judgement of(std::uint64_t address, const LiveValue& block);

  /// Records that contradict themselves or the blocks. Requires: there are no more blocks; what is
  /// left speaks of some that are not there.
  std::uint64_t damaged() const { return damaged_ + (records_.size() - next_); }

 private:
  Judgement judged(const ReachRecord& record, const LiveValue& block) const;

  std::span<const ReachRecord> records_;
  std::size_t next_ = 0;
  std::uint64_t damaged_ = 0;
  bool is_in_order_ = true;
};

}  // namespace leakhook
