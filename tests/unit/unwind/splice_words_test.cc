// SPDX-License-Identifier: Apache-2.0
// Does the splice agree with the full walk on stacks that are made up, word by word?
//
// Real stacks seldom change so that a remembered one looks right and is not. Here frames are small
// and few in kind, what lay on the stack before stays there, and inner or outer parts are made anew
// over it: so that they do, thousands of times.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "call_site.h"
#include "splice_check.h"
#include "splice_frames.h"

namespace leakhook::unwind {
namespace {

constexpr std::size_t kWords = 512;

class MadeUpStacks {
 public:
  explicit MadeUpStacks(unsigned seed)
      : random_(seed), high_(readable_then_not(1)), low_(high_ - kWords * 8) {
    frames_.push_back({low_ + 64 * 8, made_up_return(0), 0});
  }

  /// Changes the stack that was: its inner part, its outer part, or one word.
  void change() {
    switch (below(8)) {
      case 0:
        word(low_ + below(kWords) * 8) = any_return();
        break;
      case 1:
      case 2:
        begin_further_in();
        break;
      case 3:
        make_from(below(static_cast<unsigned>(frames_.size())));
        break;
      case 4:
        move_a_frame_pointer();
        break;
      default:
        call_from_elsewhere();
    }
  }

  CallSite site() const { return {{frames_[0].pc}, frames_[0].slot + 8, register_}; }
  StackBounds bounds() const { return {low_, high_}; }

 private:
  struct Frame {
    Address slot;
    Address pc;
    Address fp_place;  ///< from where it has its frame pointer; 0: the register
  };

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  std::uint64_t& word(Address address) { return *reinterpret_cast<std::uint64_t*>(address); }
  Address any_return() {
    // Sometimes the end.
    return made_up_return(static_cast<int>(below(kMadeUpOutermost) + (below(40) == 0)));
  }
  static int which(Address pc) { return static_cast<int>(pc - made_up_return(0)) / 3; }

  void set_frame_pointer(Address place, std::uint64_t value) {
    (place == 0 ? register_ : word(place)) = value;
  }

  /// Frame i and all outer ones anew; what frame i is left by, too.
  void make_from(std::size_t i) {
    frames_.resize(i + 1);
    frames_[i].pc = any_return();
    word(frames_[i].slot) = frames_[i].pc;
    while (which(frames_.back().pc) != kMadeUpOutermost && make_next(any_return())) {
    }
  }

  /// Leaves the last frame. False: the stack is full.
  bool make_next(Address pc) {
    const Frame frame = frames_.back();
    const MadeUp& rule = kMadeUp[which(frame.pc)];
    Address next = frame.slot + static_cast<Address>(rule.offset);
    if (rule.is_by_frame_pointer) next = frame.slot + 8 * (4 + below(6));
    if (next >= high_ - 64) pc = made_up_return(kMadeUpOutermost);
    if (next >= high_ - 8) return false;
    if (rule.is_by_frame_pointer)
      set_frame_pointer(frame.fp_place, next + 8 - static_cast<Address>(rule.offset));
    word(next) = pc;
    const Address saved = next + 8 + static_cast<Address>(rule.saved);
    frames_.push_back({next, pc, rule.saved != 0 ? saved : frame.fp_place});
    return true;
  }

  /// Some functions returned, others were called.
  void begin_further_in() {
    const std::size_t popped = std::min<std::size_t>(below(8), frames_.size() - 1);
    const Frame kept = frames_[popped];
    const std::vector<Frame> outer(frames_.begin() + static_cast<long>(popped), frames_.end());
    const int pushed = static_cast<int>(below(5));
    std::vector<Frame> inner;  // outermost first
    Address slot = kept.slot;
    for (int i = 0; i < pushed; ++i) {
      const int rule = static_cast<int>(below(12));  // by stack pointer
      slot -= static_cast<Address>(kMadeUp[rule].offset);
      if (slot < low_ + 64) break;
      inner.push_back({slot, made_up_return(rule), 0});
    }
    std::reverse(inner.begin(), inner.end());
    for (const Frame& frame : inner) word(frame.slot) = frame.pc;
    inner.insert(inner.end(), outer.begin(), outer.end());
    frames_ = inner;
    if (below(2) == 0) register_ = word(low_ + below(kWords) * 8);
  }

  /// The frame that is left by it leads elsewhere; the words that were its callers stay.
  void move_a_frame_pointer() {
    for (std::size_t i = below(static_cast<unsigned>(frames_.size())); i < frames_.size(); ++i) {
      if (!kMadeUp[which(frames_[i].pc) % kMadeUpOutermost].is_by_frame_pointer) continue;
      frames_.resize(i + 1);
      while (which(frames_.back().pc) != kMadeUpOutermost && make_next(any_return())) {
      }
      return;
    }
  }

  /// One return address is another; the frames stay.
  void call_from_elsewhere() {
    Frame& frame = frames_[below(static_cast<unsigned>(frames_.size()))];
    const MadeUp* old = &kMadeUp[which(frame.pc) % kMadeUpOutermost];
    for (int tries = 0; tries < 20; ++tries) {
      const int other = static_cast<int>(below(kMadeUpOutermost));
      if (kMadeUp[other].offset != old->offset ||
          kMadeUp[other].is_by_frame_pointer != old->is_by_frame_pointer)
        continue;
      frame.pc = word(frame.slot) = made_up_return(other);
      return;
    }
  }

  std::mt19937_64 random_;
  Address high_;
  Address low_;
  std::uint64_t register_ = 0;
  std::vector<Frame> frames_;  // innermost first
};

/// A thread that took over the memory of another, whose stack was larger.
TEST(SpliceOnAnotherStack, ReadsNothingAboveItsTop) {
  prepare(nullptr, system_lookup());
  begin_splices();
  const Address middle = readable_then_not(2) - 4096;
  constexpr Address kFrame = 48;  // made_up_return(6)
  for (Address slot = middle - 20 * kFrame; slot < middle + 20 * kFrame; slot += kFrame)
    *reinterpret_cast<Address*>(slot) = made_up_return(6);
  *reinterpret_cast<Address*>(middle + 20 * kFrame) = made_up_return(kMadeUpOutermost);
  const CallSite site{{made_up_return(6)}, middle - 20 * kFrame + 8, 0};
  check_splices(site, {middle - 4096, middle + 4096});
  EXPECT_EQ(take_tally(kWhole).remembered, 1u);
  mprotect(reinterpret_cast<void*>(middle), 4096, PROT_NONE);
  check_splices(site, {middle - 4096, middle});
  const SpliceTally tally = take_tally(kWhole);
  EXPECT_EQ(tally.captures, 1u);
  EXPECT_EQ(tally.differ, 0u);
  EXPECT_EQ(tally.remembered, 0u);
}

TEST(SpliceOnAnotherStack, PassesNoHalfWords) {
  prepare(nullptr, system_lookup());
  begin_splices();
  const Address low = readable_then_not(1) - 4096;
  for (const Address from : {low + 4, low}) {
    for (int i = 0; i < 9; ++i) {
      const Address pc = made_up_return(i == 8 ? kMadeUpOutermost : 6);
      std::memcpy(reinterpret_cast<void*>(from + static_cast<Address>(i) * 48), &pc, sizeof pc);
    }
    check_splices({{made_up_return(6)}, from + 8, 0}, {low, low + 4096});
    const SpliceTally tally = take_tally(kWhole);
    EXPECT_EQ(tally.differ, 0u);
    EXPECT_EQ(tally.remembered, from == low ? 1u : 0u);
  }
}

TEST(SpliceOnAnotherStack, PassesNoHalfWordsByFramePointer) {
  prepare(nullptr, system_lookup());
  begin_splices();
  const Address low = readable_then_not(1) - 4096;
  constexpr int kByFramePointer = 14;
  const Address pc = made_up_return(kByFramePointer);
  const Address end = made_up_return(kMadeUpOutermost);
  for (const Address fp : {low + 256 + 4, low + 256}) {
    std::memcpy(reinterpret_cast<void*>(low + 64), &pc, sizeof pc);
    std::memcpy(reinterpret_cast<void*>(fp + kMadeUp[kByFramePointer].offset - 8), &end,
                sizeof end);
    check_splices({{pc}, low + 72, fp}, {low, low + 4096});
    const SpliceTally tally = take_tally(kWhole);
    EXPECT_EQ(tally.differ, 0u);
    EXPECT_EQ(tally.remembered, fp == low + 256 ? 1u : 0u);
  }
}

class SpliceWords : public testing::TestWithParam<unsigned> {};

TEST_P(SpliceWords, AgreesWithTheFullWalk) {
  prepare(nullptr, system_lookup());
  begin_splices();
  MadeUpStacks stacks(GetParam());
  constexpr unsigned kCaptures = kIsSanitized ? 10'000 : 50'000;
  for (unsigned i = 0; i < kCaptures; ++i) {
    stacks.change();
    check_splices(stacks.site(), stacks.bounds());
  }
  const SpliceTally whole = take_tally(kWhole);
  EXPECT_EQ(whole.captures, kCaptures);
  EXPECT_EQ(whole.differ, 0u);
  EXPECT_GT(whole.remembered, kCaptures / 3);
  // The same stacks find each check that is left out.
  for (const Splicing weak : {kWithoutSlots, kWithoutFramePointers, kWithoutSavingPlaces}) {
    const SpliceTally tally = take_tally(weak);
    EXPECT_GT(tally.differ, 0u) << weak;
    RecordProperty("differ_" + std::to_string(weak), static_cast<int>(tally.differ));
  }
  RecordProperty("remembered", static_cast<int>(whole.remembered));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpliceWords, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace leakhook::unwind
