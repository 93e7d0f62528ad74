// SPDX-License-Identifier: Apache-2.0
// What has grown while we looked on?
#include "history.h"

#include <utility>

#include "../verdict/dump_diff.h"

namespace leakhook::top {

using verdict::StackSums;

void History::add(const verdict::Dump& dump) {
  previous_ = std::move(last_);
  last_ = {verdict::stack_sums({dump}), dump.time_ns};
  are_estimates_ = dump.sample_bytes > 1;
  if (dumps_++ == 0) first_ = previous_ = last_;
  compare();
}

void History::restart() {
  first_ = previous_ = last_;
  dumps_ = 1;
  compare();
}

double History::seconds() const {
  return static_cast<double>(last_.time_ns - first_.time_ns) / 1e9;
}

double History::per_minute(std::int64_t growth) const {
  return seconds() > 0 ? static_cast<double>(growth) * 60 / seconds() : 0;
}

void History::compare() {
  stacks_.clear();
  kinds_.clear();
  const auto before = [this](const verdict::StackKey& key) {
    const auto found = previous_.sums.find(key);
    return found == previous_.sums.end() ? Amount{} : found->second.amount;
  };
  for (verdict::StackChange& change : verdict::difference(first_.sums, last_.sums).stacks) {
    Row row{std::move(change.key), std::move(change.stack), change.after, change.growth(), {}};
    row.since_last = row.now - before(row.key);
    if (kinds_.empty() || kinds_.back().key.kind != row.key.kind)
      kinds_.push_back({{row.key.kind, {}, {}}, {}, {}, {}, {}});
    Row& kind = kinds_.back();
    kind.now = kind.now + row.now;
    kind.since_first = kind.since_first + row.since_first;
    stacks_.push_back(std::move(row));
  }
  // Not a sum over rows: a stack that came and went in between has none.
  for (Row& kind : kinds_) {
    kind.since_last = kind.now;
    for (const auto& [key, sum] : previous_.sums)
      if (key.kind == kind.key.kind) kind.since_last = kind.since_last - sum.amount;
  }
}

}  // namespace leakhook::top
