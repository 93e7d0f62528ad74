// SPDX-License-Identifier: Apache-2.0
// Which misuses does a segment tell of, and how do they stand in a profile?
//
// A misuse has up to three stacks, and a sample has one. So a misuse becomes up to three samples
// with one number (label `case`), each with a value of its own type: `misuses` where it happened
// (which clients show), `closed_before` and `opened` where the resource came from.
#pragma once
#include <cstdint>
#include <vector>

#include "../preload/contract/layout.h"

namespace leakhook {

class ProfileWriter;
class SegmentView;
class StackBook;
struct ProfileShape;

/// Misuses of one sort and stack.
struct SeenMisuse {
  MisuseKind misuse;
  Kind kind;       ///< of the resource; none: not known
  StackId stack;   ///< where it happened; 0: not known, as below
  StackId closed;  ///< where it had been given back before
  StackId opened;  ///< where it was acquired
  NameId thread;
  std::uint64_t age_s;  ///< of the first one
  std::uint64_t identity;
  std::int64_t count;
};

std::vector<SeenMisuse> seen_misuses(const SegmentView& view);

ProfileShape misuse_shape();

/// Requires: `book` knows the stacks of the misuses; the writer has misuse_shape(). `wanted`:
/// LabelSet.
void add_misuses(const std::vector<SeenMisuse>& misuses, const SegmentView& view,
                 const StackBook& book, std::uint8_t wanted, ProfileWriter* writer);

}  // namespace leakhook
