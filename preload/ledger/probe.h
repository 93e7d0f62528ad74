// SPDX-License-Identifier: Apache-2.0
// In which buckets may a record lie, when a table grows but records stay where they were born?
//
// A table is a row of levels: the first has `smallest` buckets, each further one as many as all
// before it together, so that growing doubles the table and moves nothing. Within a level a record
// lies in one of four buckets, given by the lower and the upper half of its hash and their
// neighbours. New records go to the newest level as long as they find room there, so most records
// of a busy program are found at the first place; a table grows when a record finds no room in any
// level (about 85 %).
#pragma once
#include <cstdint>

namespace leakhook::ledger {

/// Calls visit(bucket index) for each place of the level that ends at bucket `end`, until it
/// returns true. Requires: `end` and `smallest` are powers of two, 4 <= smallest <= end <= 2^32.
template <class Visit>
inline bool for_each_place_in_level(std::uint64_t hash, std::uint64_t end, std::uint64_t smallest,
                                    Visit visit) {
  const std::uint64_t begin = end == smallest ? 0 : end / 2;
  const std::uint64_t mask = end - begin - 1;
  const std::uint64_t first = begin + (hash & mask);
  const std::uint64_t second = begin + (hash >> 32 & mask);
  return visit(first) || visit(first ^ 1) || visit(second) || visit(second ^ 1);
}

/// The same for all levels of a table of `end` buckets, newest first.
template <class Visit>
inline bool for_each_place(std::uint64_t hash, std::uint64_t end, std::uint64_t smallest,
                           Visit visit) {
  for (; end >= smallest; end /= 2)
    if (for_each_place_in_level(hash, end, smallest, visit)) return true;
  return false;
}

/// Spreads every bit of `x` over the word (the finalizer of SplitMix64, Steele et al. 2014).
inline std::uint64_t mix(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

}  // namespace leakhook::ledger
