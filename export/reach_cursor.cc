// SPDX-License-Identifier: Apache-2.0
// What did a snapshot find out about this block?
#include "reach_cursor.h"

#include <algorithm>

namespace leakhook {

ReachCursor::ReachCursor(std::span<const ReachRecord> records) : records_(records) {
  const auto is_no_rise = [](const ReachRecord& a, const ReachRecord& b) {
    return a.address >= b.address;
  };
  is_in_order_ = std::adjacent_find(records.begin(), records.end(), is_no_rise) == records.end();
}

Judgement ReachCursor::of(std::uint64_t address, const LiveValue& block) {
  if (!is_in_order_) return {};
  for (; next_ < records_.size() && records_[next_].address < address; ++next_) ++damaged_;
  if (next_ == records_.size() || records_[next_].address != address) return {Reach::reachable, 0};
  const Judgement judgement = judged(records_[next_++], block);
  damaged_ += judgement.reach == Reach::unknown;
  return judgement;
}

Judgement ReachCursor::judged(const ReachRecord& record, const LiveValue& block) const {
  // The live table has no larger sizes.
  const std::uint64_t size = std::min(record.size(), LiveValue::kHugeSizes - 1);
  if (size != block.size || record.stack != block.stack) return {};
  switch (record.reach()) {
    case Reach::possible:
      return {Reach::possible, 0};
    case Reach::definite:
      return {Reach::definite, record.stack};
    case Reach::indirect: {
      if (record.leader >= records_.size()) return {};
      const ReachRecord& leader = records_[record.leader];
      if (leader.reach() != Reach::definite) return {};
      return {Reach::indirect, leader.stack};
    }
    default:
      return {};  // reachable blocks have no record
  }
}

}  // namespace leakhook
