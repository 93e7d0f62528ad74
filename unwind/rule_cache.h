// SPDX-License-Identifier: Apache-2.0
// Was the rule for this address compiled before? Lock-free, shared by all threads.
//
// Who writes: any thread, any entry, at any time; who reads: all. An entry is two words, key ^ rule
// and rule, stored separately: a torn entry gives back another key and is thus a miss, never a
// wrong rule. So relaxed order is enough everywhere.
//
// Four entries share a cache line. A rule has its home in one of them, and lies in another while
// the home is taken: a compiler under the library asks for 6 700 addresses, and where each had but
// one place, 71 000 times a rule was compiled that had been there before.
#pragma once
#include <atomic>
#include <bit>
#include <cstdint>

#include "machine.h"
#include "rule.h"

namespace leakhook::unwind {

class RuleCache {
 public:
  static constexpr int kBits = 14;  ///< of the number of an entry

  /// The state that a rule is compiled under. Taken before the tables are looked at and given to
  /// insert(), so that a rule made from a library that was closed meanwhile is not found later.
  /// A count whose lower 16 bits, all that entries have room for, stand on top. Never comes again.
  using Generation = std::uint64_t;
  Generation generation() const { return std::rotr(changes_.load(std::memory_order_relaxed), 16); }

  /// Rule::absent: it is not there. `is_exact`: the address was interrupted, not returned to.
  /// Requires: pc not 0.
  Rule find(Address pc, bool is_exact, Generation generation) const {
    const std::size_t home = index(pc);
    Rule rule;
    for (std::size_t i = 0; i < kInLine; ++i)
      if (entries_[home ^ i].read(&rule) == key(pc, is_exact, generation)) return rule;
    return Rule();
  }

  /// The same, where most rules are. False: not there.
  bool find_at_home(Address pc, bool is_exact, Generation generation, Rule* found) const {
    return entries_[index(pc)].read(found) == key(pc, is_exact, generation);
  }

  /// Where all places of its line are taken, one of them is taken over.
  /// Requires: pc < machine::kHighestCode, pc not 0.
  void insert(Address pc, bool is_exact, Generation generation, Rule rule) {
    const std::size_t home = index(pc);
    // In no order: of five that are asked for in turn, each would always be the one that went.
    const std::uint32_t number = insertions_.fetch_add(1, std::memory_order_relaxed);
    std::size_t place = home ^ spread(number, kLineBits);
    for (std::size_t i = kInLine; i-- > 0;)
      if (entries_[home ^ i].is_free(generation)) place = home ^ i;
    entries_[place].write(key(pc, is_exact, generation), rule);
  }

  /// Everything inserted so far is never found again.
  void forget() {
    const std::uint64_t now = changes_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (static_cast<std::uint16_t>(now) != 0) return;
    // Their number begins anew: entries of 65 536 changes ago must not come back to life.
    for (Entry& entry : entries_) entry.write(0, Rule());
  }

 private:
  static constexpr int kLineBits = 2;
  static constexpr std::size_t kInLine = std::size_t{1} << kLineBits;
  static constexpr int kGenerationShift = 48;  ///< of its lower 16 bits in a key

  struct Entry {
    std::atomic<std::uint64_t> check;
    std::atomic<std::uint64_t> rule;

    /// The key; not one of any address when it is free, or torn.
    std::uint64_t read(Rule* found) const {
      const std::uint64_t bits = rule.load(std::memory_order_relaxed);
      *found = Rule::from_bits(bits);
      return check.load(std::memory_order_relaxed) ^ bits;
    }
    void write(std::uint64_t key, Rule now) {
      check.store(key ^ now.bits(), std::memory_order_relaxed);
      rule.store(now.bits(), std::memory_order_relaxed);
    }
    /// Was nothing put here since everything was forgotten?
    bool is_free(Generation generation) const {
      Rule unused;
      const std::uint64_t key = read(&unused);
      return key == 0 || (key ^ generation) >> kGenerationShift != 0;
    }
  };
  static_assert(sizeof(Entry) * kInLine == 64, "one cache line");
  static_assert(machine::kHighestCode <= Address{1} << kGenerationShift,
                "the key's upper 16 bits must be free");

  /// `bits` bits that depend on all of a number: times 2^32 / golden ratio (Knuth, TAOCP 6.4).
  static std::size_t spread(std::uint32_t number, int bits) {
    return number * 0x9e3779b1U >> (32 - bits);
  }
  static std::size_t index(Address pc) { return spread(static_cast<std::uint32_t>(pc), kBits); }
  static std::uint64_t key(Address pc, bool is_exact, Generation generation) {
    return pc ^ generation ^ is_exact * machine::kNeverInCode;
  }

  alignas(64) Entry entries_[std::size_t{1} << kBits];
  std::atomic<std::uint64_t> changes_;
  std::atomic<std::uint32_t> insertions_;
};

}  // namespace leakhook::unwind
