// SPDX-License-Identifier: Apache-2.0
// What has grown while we looked on? The first, the last but one and the last dump of a service.
#pragma once
#include <cstdint>
#include <vector>

#include "../verdict/stack_sums.h"

namespace leakhook::top {

using verdict::Amount;

/// What one stack holds of one kind, or one kind in whole (then `key` has no names).
struct Row {
  verdict::StackKey key;
  verdict::Stack stack;
  Amount now;
  Amount since_first;
  Amount since_last;
};

class History {
 public:
  void add(const verdict::Dump& dump);
  /// The last dump becomes the first. Requires: there is one.
  void restart();

  int dumps() const { return dumps_; }
  bool are_estimates() const { return are_estimates_; }
  double seconds() const;  ///< from the first dump to the last
  /// So much in a minute, when it went on as from the first dump to the last; 0 for no time.
  double per_minute(std::int64_t growth) const;
  /// Stacks that hold something or did at the first dump, by kind, what grew most first.
  const std::vector<Row>& stacks() const { return stacks_; }
  /// Kinds likewise, in the order of kinds.def.
  const std::vector<Row>& kinds() const { return kinds_; }

 private:
  struct Moment {
    verdict::StackSums sums;
    std::int64_t time_ns = 0;
  };

  void compare();

  int dumps_ = 0;
  bool are_estimates_ = false;
  Moment first_, previous_, last_;
  std::vector<Row> stacks_, kinds_;
};

}  // namespace leakhook::top
