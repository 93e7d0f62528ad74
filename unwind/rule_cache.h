// SPDX-License-Identifier: Apache-2.0
// Was the rule for this address compiled before? Lock-free, shared by all threads.
//
// Who writes: any thread, any entry, at any time; who reads: all. An entry is two words, key ^ rule
// and rule, stored separately: a torn entry gives back another key and is thus a miss, never a
// wrong rule. So relaxed order is enough everywhere. Nothing stays: a newer rule takes the place.
#pragma once
#include <atomic>
#include <bit>
#include <cstdint>

#include "machine.h"
#include "rule.h"

namespace leakhook::unwind {

class RuleCache {
 public:
  static constexpr std::size_t kEntries = std::size_t{1} << 13;

  /// The state that a rule is compiled under. Taken before the tables are looked at and given to
  /// insert(), so that a rule made from a library that was closed meanwhile is not found later.
  /// A count whose lower 16 bits, all that entries have room for, stand on top. Never comes again.
  using Generation = std::uint64_t;
  Generation generation() const { return std::rotr(changes_.load(std::memory_order_relaxed), 16); }

  /// False: it is not there. `is_exact`: the address was interrupted, not returned to.
  /// Requires: pc not 0.
  bool find(Address pc, bool is_exact, Generation generation, Rule* found) const {
    const Entry& entry = entries_[index(pc)];
    const std::uint64_t rule = entry.rule.load(std::memory_order_relaxed);
    const std::uint64_t check = entry.check.load(std::memory_order_relaxed);
    *found = Rule::from_bits(rule);
    return (check ^ rule) == key(pc, is_exact, generation);
  }

  /// Requires: pc < machine::kHighestCode, pc not 0.
  void insert(Address pc, bool is_exact, Generation generation, Rule rule) {
    Entry& entry = entries_[index(pc)];
    entry.check.store(key(pc, is_exact, generation) ^ rule.bits(), std::memory_order_relaxed);
    entry.rule.store(rule.bits(), std::memory_order_relaxed);
  }

  /// Everything inserted so far is never found again.
  void forget() {
    const std::uint64_t now = changes_.fetch_add(1, std::memory_order_relaxed) + 1;
    if (static_cast<std::uint16_t>(now) != 0) return;
    // Their number begins anew: entries of 65 536 changes ago must not come back to life.
    for (Entry& entry : entries_) {
      entry.check.store(0, std::memory_order_relaxed);
      entry.rule.store(0, std::memory_order_relaxed);
    }
  }

 private:
  struct Entry {
    std::atomic<std::uint64_t> check;
    std::atomic<std::uint64_t> rule;
  };
  static_assert(machine::kHighestCode <= Address{1} << 48, "the key's upper 16 bits must be free");

  /// Multiplies by 2^32 / golden ratio (Knuth, TAOCP 6.4).
  static std::size_t index(Address pc) {
    return static_cast<std::uint32_t>(pc) * 0x9e3779b1U >> 19;
  }
  static std::uint64_t key(Address pc, bool is_exact, Generation generation) {
    return pc ^ generation ^ is_exact * machine::kNeverInCode;
  }

  alignas(64) Entry entries_[kEntries];
  std::atomic<std::uint64_t> changes_;
};

}  // namespace leakhook::unwind
