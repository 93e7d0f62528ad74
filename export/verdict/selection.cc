// SPDX-License-Identifier: Apache-2.0
// Does the policy ask for a holding at all?
#include "selection.h"

#include <algorithm>

namespace leakhook::verdict {
namespace {

template <class Value>
bool has(const std::vector<Value>& values, Value value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool has_every_word(const FailOn& fail_on) {
  return has(fail_on.words, Word::definite) && has(fail_on.words, Word::indirect) &&
         has(fail_on.words, Word::possible) && has(fail_on.words, Word::reachable);
}

Selection select_heap(const Holding& holding, const FailOn& fail_on) {
  if (has(fail_on.words, holding.word)) return {Decision::fails, {}};
  switch (holding.word) {
    case Word::reachable:
      return {Decision::not_judged, "reachable"};
    case Word::unknown:
    case Word::open:
      if (has_every_word(fail_on)) return {Decision::fails, {}};
      return {Decision::shown, "open, reachability unknown"};
    default:
      return {Decision::shown, "not asked for"};
  }
}

Selection select_thread(const Holding& holding, const FailOn& fail_on) {
  if (fail_on.running_threads || holding.state == "ended") return {Decision::fails, {}};
  return {Decision::shown, "runs to the end of the process"};
}

}  // namespace

Selection select(const Holding& holding, const Policy& policy) {
  if (holding.kind == Kind::none || holding.kind >= Kind::count) return {};
  if (!holding.origin.empty()) return {Decision::not_judged, holding.origin};
  if (!policy.mark.empty() && holding.mark != policy.mark)
    return {Decision::not_judged, "not of mark " + policy.mark};
  if (holding.kind == Kind::heap) return select_heap(holding, policy.fail_on);
  if (!has(policy.fail_on.kinds, holding.kind)) return {Decision::not_judged, "not asked for"};
  if (judged_count(holding) <= 0) return {Decision::not_judged, "standard descriptor"};
  if (holding.kind == Kind::thread) return select_thread(holding, policy.fail_on);
  return {Decision::fails, {}};
}

std::int64_t judged_count(const Holding& holding) {
  return holding.count - std::count_if(holding.fds.begin(), holding.fds.end(),
                                       [](std::int64_t fd) { return fd >= 0 && fd <= 2; });
}

bool asks_for_reach(const FailOn& fail_on) {
  return !fail_on.words.empty() && !has_every_word(fail_on);
}

}  // namespace leakhook::verdict
