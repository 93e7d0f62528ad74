// SPDX-License-Identifier: Apache-2.0
// What does the heap hold, and who ever asked for it? Live blocks added up by what their samples
// have in common, and what each stack allocated beyond them.
#pragma once
#include <cstdint>
#include <vector>

#include "segment_view.h"

namespace leakhook {

/// Live blocks of one stack, thread, age bucket and size.
struct HeapRow {
  StackId stack;
  NameId thread;
  std::int64_t age_s;
  std::uint64_t size;    ///< a power of two below the sizes where a stack has too many of them
  bool is_inherited;     ///< allocated before this process was forked
  std::int64_t objects;  ///< already scaled when the heap was sampled
  std::int64_t bytes;
};

/// What a stack allocated and gave back.
struct PassedRow {
  StackId stack;
  std::int64_t objects;
  std::int64_t bytes;
};

struct HeapRows {
  std::vector<HeapRow> live;  ///< in the order of their stacks
  std::vector<PassedRow> passed;
  std::int64_t objects = 0;  ///< live ones, all together
  std::int64_t bytes = 0;
  std::uint64_t records = 0;  ///< live ones in the books, not scaled
};

HeapRows heap_rows(const SegmentView& view);

/// For how many blocks one sampled block stands: 1 / (1 − e^(−size / mean_distance)), the inverse
/// of the probability that a Poisson process over bytes hits it.
double sampling_weight(std::uint64_t size, std::uint64_t mean_distance);

}  // namespace leakhook
