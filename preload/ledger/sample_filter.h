// SPDX-License-Identifier: Apache-2.0
// Is the block at this address surely not a sampled one? One look for nearly every free.
//
// One small counter for each of 65536 classes of addresses: how many sampled blocks the live table
// has of that class. Zero means that there is none; anything else means: look in the table. A
// counter that reached its end stays there, so that it can never say zero too early.
//
// Why no record is lost. A counter is raised before the record of its block goes into the table,
// and lowered after the record was taken out: counter >= records of its class, at every moment.
// Between the return of malloc and the call of free a block belongs to whom the program gave it,
// and whatever gave it to another thread also made our earlier writes visible there; so the one who
// may free the block finds its counter raised, with loads and additions that order nothing.
// Why none is invented. The filter only ever skips a look that would find nothing.
//
// Fork copies the counters with the records. What other threads were in the middle of is then
// raised for good in the child: one look too many, now and then. Records in a file are copied later
// than memory is, and counted anew (count_again).
#pragma once
#include <atomic>
#include <cstdint>

#include "unlocked.h"

namespace leakhook::ledger {

struct SampleFilter {
  static constexpr int kBits = 16;
  static constexpr std::uint8_t kStuck = 255;

  /// 2^64 / golden ratio (Knuth, TAOCP 6.4): blocks lie at all kinds of strides.
  static constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ULL;

  /// kFactor, or 0: then the first counter stands for all addresses. In exact mode it is at its
  /// end, and every block is looked up; before our constructor it is zero, as is the table. So one
  /// look does for all modes. Beside that counter, in one cache line.
  alignas(64) std::uint64_t factor;
  std::atomic<std::uint8_t> counters[1u << kBits];

  static std::uint64_t place_of(std::uint64_t address, std::uint64_t factor = kFactor) {
    return address * factor >> (64 - kBits);
  }

  /// Nothing in the table has this address: releasing it concerns nobody.
  bool has_surely_not(const void* address) const {
    return unlocked::is_zero(counters[place_of(reinterpret_cast<std::uint64_t>(address), factor)]);
  }

  /// Blocks are sampled, and counted here.
  bool is_on() const { return factor != 0; }
  /// Both require that no other thread runs. turn_on: what was counted before stays.
  void turn_on() {
    if (!is_on()) counters[0].store(0, std::memory_order_relaxed);
    factor = kFactor;
  }
  void turn_off() {
    factor = 0;
    counters[0].store(kStuck, std::memory_order_relaxed);
  }

  /// Before the record of a sampled block goes into the live table.
  void raise(std::uint64_t address);
  /// After it was taken out.
  void lower(std::uint64_t address);

  /// Counts what the live table has. Requires: no other thread runs.
  void count_again();
};

extern SampleFilter sample_filter;

}  // namespace leakhook::ledger
