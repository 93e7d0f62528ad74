// SPDX-License-Identifier: Apache-2.0
// Which id has the thing with this hash? An append-only index from 64-bit hash to 22-bit id.
//
// An open table of words: the upper 42 bits of a hash and the id, so that no thread ever sees the
// one without the other. The lower bits are where the word lies: each has a home; when that is
// taken it lies in the four cache lines around it, then in those of other homes. What is looked
// for is nearly always in the line of its home. Words are never removed or changed, so a free place
// ends a search. When a table is half full one of twice the size is made from the things, behind
// it, and it is forgotten. What other threads add meanwhile may be missing there, and two threads
// that add the same hash at once have two ids for one thing, which readers merge. Private to the
// service: other processes read the things, not this index.
#pragma once
#include "segment.h"

namespace leakhook::ledger {

class IdIndex {
 public:
  /// The hash that the thing with this id was or will be added with; 0: it is not written yet.
  /// Whoever sees the hash sees the whole thing (acquire).
  using HashOf = std::uint64_t (*)(std::uint32_t id);

  constexpr IdIndex(Region region, HashOf hash_of) : region_(region), hash_of_(hash_of) {}

  /// Forgets everything and commits the first lines. False: no memory.
  bool prepare();

  /// The id that was added with this hash; 0: none. Of n hashes two are taken for one with a chance
  /// of n / 2^39: 42 bits are compared, and of the others those that tell homes apart.
  [[gnu::always_inline]] std::uint32_t find(std::uint64_t hash) const {
    const std::uint64_t size = size_.load(std::memory_order_acquire);  // pairs with grow()
    // acquire pairs with claim(): the thing was written
    const std::uint64_t word = words()[home_of(hash, size)].load(std::memory_order_acquire);
    if (is_of(word, hash)) [[likely]]
      return id_in(word);
    return word == 0 ? 0 : find_elsewhere(hash, size);
  }

  /// Requires: id is not 0 and the thing is written; ids are given in turn. False: full.
  bool add(std::uint64_t hash, std::uint32_t id);

 private:
  using Word = std::atomic<std::uint64_t>;  ///< 0 = free
  static constexpr int kHomes = 8;
  static constexpr std::uint64_t kPlaces = 4 * 64 / sizeof(Word);  // around a home: four lines
  static constexpr std::uint64_t kSmallest = 2048;  // words of the first table: four pages
  static constexpr std::uint64_t kIdMask = kMaxStacks - 1;

  static std::uint32_t id_in(std::uint64_t word) {
    return static_cast<std::uint32_t>(word & kIdMask);
  }
  /// Of a free place: says yes to a hash of nothing but zeros, whose id is then 0, none.
  static bool is_of(std::uint64_t word, std::uint64_t hash) {
    return (word ^ hash) >> kStackIdBits == 0;
  }
  Word* words() const { return segment.records<Word>(region_); }
  /// A table of `size` words begins behind all smaller ones, at size − kSmallest.
  static std::uint64_t place_of(std::uint64_t number, std::uint64_t size) {
    return (number & (size - 1)) + size - kSmallest;
  }
  // Of what a word does not keep of its hash. The lowest bit is left out: stacks have it set.
  static std::uint64_t home_of(std::uint64_t hash, std::uint64_t size) {
    return place_of(hash >> 1, size);
  }

  /// Calls visit(word) for the places of this hash, home first, until it returns true.
  template <class Visit>
  bool for_each_place(std::uint64_t hash, std::uint64_t size, Visit visit) const {
    std::uint64_t home = hash >> 1;
    const std::uint64_t step = (hash >> 40 | 1) * kPlaces;  // an odd number of homes: all differ
    for (int homes = 0; homes < kHomes; ++homes, home += step)
      for (std::uint64_t i = 0; i < kPlaces; ++i)
        if (visit(words()[place_of(home, size) ^ i])) return true;
    return false;
  }

  std::uint32_t find_elsewhere(std::uint64_t hash, std::uint64_t size) const
      __attribute__((noinline));
  bool claim(std::uint64_t hash, std::uint32_t id, std::uint64_t size);
  bool grow(std::uint64_t size, std::uint32_t newest);

  Region region_;
  HashOf hash_of_;
  std::atomic<std::uint64_t> size_{0};  ///< words of the table in use, a power of two
};

}  // namespace leakhook::ledger
