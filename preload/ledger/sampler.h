// SPDX-License-Identifier: Apache-2.0
// Is this block one of the sampled ones? One subtraction for nearly all of them.
//
// A thread counts down the bytes to its next sample (contract/sampling.h has the statistics). A
// block passes by when it ends before the sample, and then only the count changes. Every rare case
// is made to look like a sample: zero is what a new thread starts with and what exact mode never
// leaves, so that one branch sorts out all of them. Blocks that nobody may record (a vfork child's,
// our own, those of a dormant library) take up bytes like others: a process without memory does not
// mind where it is looked at.
#pragma once
#include <cstddef>
#include <cstdint>

#include "../contract/sampling.h"
#include "sample_filter.h"

namespace leakhook::ledger::sampler {

/// True: no sample lies in this block, leave it. False: it is due, and nothing has changed: where
/// the real call fails it may be forgotten. SIZE_MAX, which no allocator gives, passes too.
inline bool passes_by(std::int64_t& bytes_until_sample, std::size_t size) {
  std::uint64_t left;
  if (__builtin_sub_overflow(static_cast<std::uint64_t>(bytes_until_sample), sampled_bytes(size),
                             &left))
    return false;
  bytes_until_sample = static_cast<std::int64_t>(left);
  return true;
}

/// A block was due: is it to be recorded? Exact mode takes them all.
bool takes_sampled(std::size_t size);
inline bool takes(std::size_t size) { return !sample_filter.is_on() || takes_sampled(size); }

/// Forked child: its samples are not those of its parent and its siblings.
void forget_parents_samples();

/// `value` rounded up or down by chance, so that sums of results are unbiased.
std::uint64_t round_fairly(double value);

}  // namespace leakhook::ledger::sampler
