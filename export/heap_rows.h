// SPDX-License-Identifier: Apache-2.0
// What does the heap hold, and who ever asked for it? Live blocks added up by what their samples
// have in common, and what each stack allocated beyond them.
#pragma once
#include <cstdint>
#include <vector>

#include "segment_view.h"

namespace leakhook {

/// How far an estimate from samples may be off, see contract/sampling.h: variances, which add up.
/// All zero in exact mode. Of live blocks; what was given back is an estimate too, without one.
struct SamplingError {
  double objects_variance = 0;
  double bytes_variance = 0;
  void add(const SamplingError& other);
  /// Standard errors: the truth is within 1.96 of them about 95 times in 100.
  double objects() const;
  double bytes() const;
};

/// Live blocks of one stack, thread, age bucket and size, and of one judgement.
struct HeapRow {
  StackId stack;
  StackId cause;  ///< see Judgement
  NameId thread;
  bool is_inherited;  ///< allocated before this process was forked
  Reach reach;
  std::int64_t age_s;
  std::uint64_t size;    ///< a power of two below the sizes where a stack has too many of them
  std::int64_t objects;  ///< already scaled when the heap was sampled
  std::int64_t bytes;
  SamplingError error;
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
  SamplingError error;
  std::uint64_t records = 0;  ///< live ones in the books, not scaled
};

HeapRows heap_rows(const SegmentView& view);

/// What one stack holds, all its rows together.
struct HeldByStack {
  StackId stack;
  std::int64_t objects;
  std::int64_t bytes;
  SamplingError error;
};
/// In the order of their first rows.
std::vector<HeldByStack> held_by_stacks(const HeapRows& rows);

}  // namespace leakhook
