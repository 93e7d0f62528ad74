// SPDX-License-Identifier: Apache-2.0
// What does a verdict know of a holding while it is being decided?
#include "cases.h"

#include <algorithm>
#include <tuple>

#include "fingerprint.h"
#include "selection.h"
#include "stack_names.h"

namespace leakhook::verdict {
namespace {

auto order_of(const Frame& frame) {
  return std::tie(frame.function, frame.system_name, frame.file, frame.line, frame.module);
}

bool is_before(const Stack& a, const Stack& b) {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](const Frame& left, const Frame& right) { return order_of(left) < order_of(right); });
}

/// All that a holding consists of but its stack.
auto order_of(const Holding& holding) {
  return std::tie(holding.thread, holding.origin, holding.state, holding.mark, holding.leak,
                  holding.youngest_s, holding.oldest_s, holding.sizes, holding.fds, holding.paths,
                  holding.peers, holding.kind);
}

bool is_before(const Case& a, const Case& b) {
  const auto place = [](const Case& one) {
    return std::tie(one.finding.dump, one.kind_class, one.names);
  };
  if (place(a) != place(b)) return place(a) < place(b);
  const Holding& left = *a.holding;
  const Holding& right = *b.holding;
  const auto size = [](const Holding& one) { return std::tie(one.word, one.bytes, one.count); };
  if (size(left) != size(right)) return size(left) > size(right);
  if (order_of(left) != order_of(right)) return order_of(left) < order_of(right);
  return is_before(left.stack, right.stack);
}

}  // namespace

std::vector<Case> cases_of(const std::vector<Dump>& dumps, const Policy& policy) {
  std::vector<Case> cases;
  StackNamer namer;
  for (std::size_t dump = 0; dump < dumps.size(); ++dump) {
    const std::vector<Holding>& holdings = dumps[dump].holdings;
    for (std::size_t i = 0; i < holdings.size(); ++i) {
      Case& added = cases.emplace_back();
      added.holding = &holdings[i];
      added.kind_class = class_of(holdings[i]);
      added.names = namer.names_of(holdings[i].stack);
      const Selection selection = select(holdings[i], policy);
      added.finding.dump = dump;
      added.finding.holding = i;
      added.finding.decision = selection.decision;
      added.finding.reason = selection.reason;
      added.finding.fingerprint = fingerprint_of(added.kind_class, added.names);
      added.finding.new_count = judged_count(holdings[i]);
      added.finding.new_bytes = holdings[i].bytes;
    }
  }
  std::sort(cases.begin(), cases.end(),
            [](const Case& a, const Case& b) { return is_before(a, b); });
  return cases;
}

}  // namespace leakhook::verdict
