// SPDX-License-Identifier: Apache-2.0
// Which frames does each stack show? Places are named once for all stacks; frames of ours and of
// allocators are trimmed; stacks that lack something say so in a frame of their own.
#pragma once
#include <compare>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "open_resources.h"
#include "symbolizer.h"

namespace leakhook {

/// A place without its `skip` innermost inlined functions.
struct ShownFrame {
  std::uint32_t place;
  std::uint32_t skip;
  friend bool operator==(const ShownFrame&, const ShownFrame&) = default;
};

/// Innermost first; never empty.
using ShownStack = std::vector<ShownFrame>;

class StackBook {
 public:
  /// Requires: `view` outlives the book. `stacks`: ids in any order, 0 is ignored.
  StackBook(const SegmentView& view, const std::vector<StackId>& stacks, DebugFiles files);

  /// Without the frames of this library and of allocators at its inner end.
  ShownStack heap_stack(StackId stack) const;
  /// Without the frames of this library. Stack 0 becomes a frame that names the origin.
  ShownStack stack(StackId stack, Origin origin) const;

  const std::vector<CodePlace>& places() const { return places_; }
  const std::vector<Module>& modules() const;
  const std::vector<CodeRange>& ranges(std::size_t module) const {
    return symbolizer_.ranges(module);
  }
  /// Index of the main program among modules(), 0 when it stands on no stack.
  std::size_t main_module() const { return main_module_; }

 private:
  std::uint32_t place_index(std::uint64_t place);
  std::size_t allocator_lines(const CodePlace& place) const;

  const SegmentView& view_;
  Symbolizer symbolizer_;
  std::vector<CodePlace> places_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_of_place_;
  std::unordered_map<StackId, ShownStack> stacks_;
  std::vector<bool> is_own_;        ///< per module
  std::vector<bool> is_allocator_;  ///< per module
  std::size_t main_module_ = 0;
};

}  // namespace leakhook
