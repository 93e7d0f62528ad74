// SPDX-License-Identifier: Apache-2.0
// Which frames does each stack show?
#include "stack_book.h"

#include <algorithm>

#include "allocator_frames.h"
#include "segment_view.h"

namespace leakhook {
namespace {

/// Places that are no code: they stand at fixed indices before all others.
enum Synthetic : std::uint32_t { kInherited, kUntracked, kNoStack, kTruncated, kSynthetics };
constexpr const char* kSyntheticNames[] = {"[inherited]", "[untracked]", "[no stack]",
                                           "[truncated]"};
static_assert(std::size(kSyntheticNames) == kSynthetics);

}  // namespace

StackBook::StackBook(const SegmentView& view, const std::vector<StackId>& stacks, DebugFiles files)
    : view_(view), symbolizer_(view.modules(), std::move(files)) {
  for (const char* name : kSyntheticNames) {
    CodePlace& place = places_.emplace_back();
    place.lines.push_back({name, name, {}, 0, 0});
    place.has_function = true;
  }
  for (const Module& module : view.modules()) {
    is_own_.push_back(is_own_module(module));
    is_allocator_.push_back(is_allocator_module(short_name(module)));
    if (is_own_.size() > 1 && main_module_ == 0 && presentable(module.path) == view.executable())
      main_module_ = is_own_.size() - 1;
  }
  if (is_allocator_.empty()) is_allocator_.push_back(false);  // module 0: none
  for (const StackId stack : stacks) {
    if (stack == 0 || stacks_.count(stack)) continue;
    const StackPlaces found = view.places(stack);
    ShownStack& shown = stacks_[stack];
    for (const std::uint64_t place : found.places) {
      const std::size_t module = module_of_place(place);
      if (module < is_own_.size() && is_own_[module]) continue;
      shown.push_back({place_index(place), 0});
    }
    if (shown.empty())
      shown.push_back({kNoStack, 0});
    else if (!found.is_whole)
      shown.push_back({kTruncated, 0});
  }
  symbolizer_.name_all(std::span(places_).subspan(kSynthetics));
}

std::uint32_t StackBook::place_index(std::uint64_t place) {
  const auto [at, is_new] =
      index_of_place_.try_emplace(place, static_cast<std::uint32_t>(places_.size()));
  if (is_new) {
    CodePlace& added = places_.emplace_back();
    added.module = module_of_place(place);
    // The call lies before the address that it returns to.
    added.address = address_of_place(place) ? address_of_place(place) - 1 : 0;
  }
  return at->second;
}

std::size_t StackBook::allocator_lines(const CodePlace& place) const {
  if (is_allocator_[place.module]) return place.lines.size();
  const auto first_other =
      std::find_if(place.lines.begin(), place.lines.end(),
                   [](const CodeLine& line) { return !is_allocator_function(line.name); });
  return static_cast<std::size_t>(first_other - place.lines.begin());
}

const std::vector<Module>& StackBook::modules() const { return view_.modules(); }

ShownStack StackBook::heap_stack(StackId id) const {
  ShownStack shown = stack(id, Origin::hooked);
  std::size_t first = 0;
  for (; first < shown.size() && shown[first].place >= kSynthetics; ++first) {
    const CodePlace& place = places_[shown[first].place];
    const std::size_t trimmed = allocator_lines(place);
    if (trimmed < place.lines.size()) {
      shown[first].skip = static_cast<std::uint32_t>(trimmed);
      break;
    }
  }
  // A stack of nothing but allocators still shows its outermost function.
  if (first == shown.size() || shown[first].place < kSynthetics) {
    if (first > 0) --first;
    const std::uint32_t place = shown[first].place;
    shown[first].skip = static_cast<std::uint32_t>(places_[place].lines.size() - 1);
  }
  shown.erase(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(first));
  return shown;
}

ShownStack StackBook::stack(StackId id, Origin origin) const {
  const auto known = stacks_.find(id);
  if (known != stacks_.end()) return known->second;
  switch (origin) {
    case Origin::inherited:
      return {{kInherited, 0}};
    case Origin::untracked:
      return {{kUntracked, 0}};
    case Origin::hooked:
      break;
  }
  return {{kNoStack, 0}};
}

}  // namespace leakhook
