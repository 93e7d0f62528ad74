// SPDX-License-Identifier: Apache-2.0
// Where are we, compared with last time? Walks the frames that changed, compares the others.
//
// Two roads meet the remembered stack. The innermost frames are walked by their rules until one has
// its return address where a remembered frame has its own. From there outwards the return addresses
// are only read and compared, all of them, without leaving early: how many changed is what a branch
// predictor cannot know. A changed one is taken over where it stands if the rule of the new address
// leads to the same next slot, as it does for two calls in one function; else the walk goes on.
//
// Frames that are left by their frame pointer (alloca, -O0) depend on one more word: the one that
// the register was restored from, or the register itself. It is compared, too.
//
// What has no place here ends in the plain walk of capture.cc: frames of signals, code without
// unwind tables, stacks whose bounds nobody knows, broken ones.
#pragma once
#include <atomic>
#include <bit>
#include <iterator>

#include "../capture.h"
#include "../last_stack.h"
#include "../plain_walk.h"
#include "../rules.h"
#include "../stack_words.h"
#include "machine.h"

namespace leakhook::unwind {

/// What a splice relies on. Each is there to be left out by a test that shows that it is needed.
struct AllChecks {
  static constexpr bool kComparesSlots = true;
  static constexpr bool kComparesFramePointers = true;
  static constexpr bool kComparesSavingPlaces = true;  ///< of frame pointers
  static constexpr bool kLooksUpTheCall = true;        ///< the byte before a return address
};

/// Where a walk stands: a frame that is being left.
struct Place {
  Address slot;  ///< where its return address lies
  Address pc;
  std::uint64_t fp;
  Address fp_slot;  ///< the word that fp was restored from; 0: none, it is in the register
};

inline Place place_of(const CallSite& site) {
  return {site.cfa + static_cast<Address>(machine::kReturnSlot), site.pc.value, site.frame_pointer,
          0};
}

/// One capture on a stack of which something may be remembered.
template <class Checks>
class Splice {
 public:
  using Index = std::uint64_t;  // as wide as a register

  /// Requires: what is remembered of the frames up to `known` is true of this stack, and nothing of
  /// it is believed should this capture be abandoned. Up to `room` frames can be walked.
  Splice(const StackBounds& bounds, LastStack* last, Index known, Index room)
      : last_(last),
        generation_(last->generation),
        top_(bounds.high - sizeof(std::uint64_t)),
        met_(known),
        first_(known + 1),
        end_(first_ + room < LastStack::kRoom ? first_ + room : LastStack::kRoom),
        walked_(end_) {}

  /// False: this stack is for the plain walk, or it has_no_room().
  [[gnu::always_inline]] bool walk(Place place) { return walk_until_met<false>(place); }

  bool has_no_room() const { return walked_ == first_; }

  /// Requires: walk() returned true. Puts what was walked behind what was met.
  void remember() {
    if ((last_->fp_user_count | walked_user_) != 0) [[unlikely]]
      remember_users();
    std::uint64_t hash = last_->hashes[met_];
    Index to = met_;
    for (Index from = walked_; from != end_; ++from) {
      ++to;
      const Address pc = last_->pcs[from];
      last_->slots[to] = last_->slots[from];
      last_->pcs[to] = pc;
      last_->rules[to] = last_->rules[from];
      last_->hashes[to] = hash = LastStack::step(hash, pc);
    }
    last_->count = static_cast<std::uint32_t>(to);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    last_->known = static_cast<std::uint32_t>(to);
  }

 private:
  Rule rule_at(Address pc) const { return rule_of(pc, !Checks::kLooksUpTheCall, generation_); }

  std::uint64_t difference_at(Index i) const { return word_at(last_->slots[i]) ^ last_->pcs[i]; }

  /// Does frame `i` or one further out depend on the frame pointer?
  bool uses_fp(Index i) const { return last_->fp_user_count != 0 && last_->fp_users[0] <= i; }

  /// `kIsCompared`: what is remembered up to met_ was compared with the stack, or taken over from
  /// it.
  template <bool kIsCompared>
  [[gnu::always_inline]] bool walk_until_met(Place place) {
    for (;;) {
      while (last_->slots[met_] < place.slot) --met_;
      if (last_->slots[met_] == place.slot) {
        if (kIsCompared ? finds_users(place) : joins(place)) return true;
        if constexpr (!kIsCompared) return walk_on(place);
      }
      const Rule rule = rule_at(place.pc);
      if (has_no_room()) return false;
      --walked_;
      last_->slots[walked_] = place.slot;
      last_->pcs[walked_] = place.pc;
      last_->rules[walked_] = rule.bits();
      // Nor is a stack that ends by a return address of zero remembered: that word may change.
      if (!rule.is_usual() || !leave(rule, &place) || place.pc == 0) [[unlikely]] {
        last_->kept = 0;
        met_ = 0;
        return rule.kind() == Rule::outermost;
      }
    }
  }

  /// From a frame that could not be met to one further out, which is as it is remembered.
  bool walk_on(const Place& place) {
    Splice copy = *this;  // so that these members are no memory for the others
    const bool goes_well = walk_further(&copy, place);
    *this = copy;
    if (last_->kept > met_) last_->kept = static_cast<std::uint32_t>(met_);
    return goes_well;
  }
  __attribute__((noinline)) static bool walk_further(Splice* splice, const Place& place) {
    return splice->walk_until_met<true>(place);
  }

  /// One step by a usual rule, which leads upwards by whole words and saves the frame pointer
  /// inside its frame (compile_row). False: not to where a caller may be.
  [[gnu::always_inline]] bool leave(Rule rule, Place* place) {
    Address next = place->slot + static_cast<Address>(rule.offset());
    if (rule.kind() == Rule::frame_pointer) [[unlikely]] {
      walked_user_ = walked_;
      last_->fps[walked_] = place->fp;
      last_->fp_slots[walked_] = place->fp_slot;
      next = place->fp + static_cast<Address>(rule.offset() + machine::kReturnSlot);
      if (next <= place->slot || next % sizeof(std::uint64_t) != 0) return false;
    }
    if (next > top_) return false;
    if (rule.frame_pointer_rule() != Rule::FramePointer::same) {
      if (rule.frame_pointer_rule() != Rule::FramePointer::at_cfa) [[unlikely]]
        return false;
      const Address saved = next + static_cast<Address>(rule.slot() - machine::kReturnSlot);
      if (saved <= place->slot) [[unlikely]]
        return false;
      place->fp = word_at(saved), place->fp_slot = saved;
    }
    place->slot = next, place->pc = word_at(next);
    return true;
  }

  /// Does the walk go on as it did last time from the frame that was met? Takes over return
  /// addresses that changed. If it does not, it may still from a frame further out (met_).
  [[gnu::always_inline]] bool joins(const Place& place) {
    const Index changed = Checks::kComparesSlots ? outermost_changed() : LastStack::kNone;
    if (changed != LastStack::kNone) {
      last_->kept = static_cast<std::uint32_t>(changed - 1);
      if (!take_over(changed)) return false;
    } else {
      last_->kept = static_cast<std::uint32_t>(met_);
    }
    return finds_users(place);
  }

  /// Or kNone. By groups of four: a group that differs is looked at again.
  Index outermost_changed() const {
    Index changed = LastStack::kNone;
    Index i = met_;
    for (; i >= 4; i -= 4) {
      const std::uint64_t difference =
          difference_at(i) | difference_at(i - 1) | difference_at(i - 2) | difference_at(i - 3);
      changed = difference != 0 ? i - 3 : changed;
    }
    if (i >= 2) {
      changed = (difference_at(i) | difference_at(i - 1)) != 0 ? i - 1 : changed;
      i -= 2;
    }
    if (i != 0) changed = difference_at(i) != 0 ? i : changed;
    if (changed != LastStack::kNone)
      while (difference_at(changed) == 0) ++changed;
    return changed;
  }

  /// Have the frames that use a frame pointer the one of last time? If not, those from the first
  /// one that has not cannot be met.
  [[gnu::always_inline]] bool finds_users(const Place& place) {
    if (!Checks::kComparesFramePointers) return true;
    for (Index k = 0; k != last_->fp_user_count; ++k) {
      const Index i = last_->fp_users[k];
      if (i > met_) break;
      // Saved further out than here: by a frame that was met. Else it passes through the register.
      const bool is_saved = last_->fp_slots[i] > place.slot;
      const std::uint64_t fp = is_saved ? word_at(last_->fp_slots[i]) : place.fp;
      if (fp != last_->fps[i]) return met_ = i - 1, false;
      if (!is_saved) last_->fp_slots[i] = place.fp_slot;
    }
    return true;
  }

  /// From the outermost frame that changed inwards. False: the frame behind met_ is left otherwise
  /// than last time, or its word is no return address any more. So no rule is compiled for it here:
  /// where it is one, the walk comes by.
  [[gnu::always_inline]] bool take_over(Index changed) {
    std::uint64_t hash = last_->hashes[changed - 1];
    for (Index i = changed; i <= met_; ++i) {
      const Address pc = word_at(last_->slots[i]);
      const Rule rule = cached_rule_of(pc, !Checks::kLooksUpTheCall, generation_);
      if (rule.bits() != last_->rules[i] && !leads_alike(rule, i)) {
        met_ = i - 1;
        return false;
      }
      last_->pcs[i] = pc;
      last_->rules[i] = rule.bits();
      last_->hashes[i] = hash = LastStack::step(hash, pc);
    }
    return true;
  }

  /// Does this rule, another one, lead from frame `i` to where its own led? Where the frame pointer
  /// was saved matters only to its users.
  bool leads_alike(Rule rule, Index i) const {
    const std::uint64_t difference = rule.bits() ^ last_->rules[i];
    if (uses_fp(i) && Checks::kComparesSavingPlaces) return false;
    return (difference & Rule::kMovement) == 0;
  }

  /// Forgets the users that were not met, and puts those among the walked frames behind the others.
  [[gnu::always_inline]] void remember_users() {
    Index count = last_->fp_user_count;
    while (count != 0 && last_->fp_users[count - 1] > met_) --count;
    if (walked_user_ != 0) count = add_users(last_, count, walked_user_, end_, met_ + 1 - walked_);
    last_->fp_user_count = static_cast<std::uint32_t>(count);
  }
  /// The users among the walked frames from `from` to `end`; `inward`: from where a frame is to
  /// where it will be. How many users there are then.
  __attribute__((noinline)) static Index add_users(LastStack* last, Index count, Index from,
                                                   Index end, Index inward) {
    for (; from < end; ++from) {
      if (Rule::from_bits(last->rules[from]).kind() != Rule::frame_pointer) continue;
      const Index to = from + inward;
      last->fps[to] = last->fps[from];
      last->fp_slots[to] = last->fp_slots[from];
      last->fp_users[count++] = static_cast<std::uint32_t>(to);
    }
    return count;
  }

  LastStack* last_;
  RuleCache::Generation generation_;
  Address top_;            ///< the last word of the stack
  Index met_;              ///< the innermost remembered frame that may still be met
  Index first_;            ///< where the room for what is walked begins,
  Index end_;              ///< and one past its end
  Index walked_;           ///< what was walked: from here to end_, outermost first
  Index walked_user_ = 0;  ///< the outermost walked user of a frame pointer; 0: none
};

/// A stack that the splice could not remember, or one that grew by more than usual.
template <class Checks>
__attribute__((noinline, cold)) End walk_afresh(const CallSite& site, const StackBounds& bounds,
                                                LastStack* last) {
  Splice<Checks> splice(bounds, last, 0, LastStack::kMaxFrames);
  if (!splice.walk(place_of(site))) return walk_plainly(site, bounds, last);
  splice.remember();
  return End::outermost;
}

/// capture_on_own_stack() in splice.cc, or with a check left out.
template <class Checks>
[[gnu::always_inline]] inline End capture_by_splice(const CallSite& site, const StackBounds& bounds,
                                                    LastStack* last) {
  const RuleCache::Generation generation = g_rules.generation();
  std::uint32_t known = last->known;
  last->known = 0;  // until all is written: a signal may end this capture anywhere
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (last->generation != generation) [[unlikely]] {
    last->generation = generation;
    known = 0;
  }
  last->hash_before = last->hashes[known];
  Splice<Checks> splice(bounds, last, known, LastStack::kUsualRoom);
  if (!splice.walk(place_of(site))) [[unlikely]] {
    const bool was_too_deep = known == 0 && last->count == LastStack::kMaxFrames;
    return splice.has_no_room() && !was_too_deep ? walk_afresh<Checks>(site, bounds, last)
                                                 : walk_plainly(site, bounds, last);
  }
  splice.remember();
  return End::outermost;
}

/// Is the site's return address where it says, on the stack of these bounds?
inline bool stands_on(const CallSite& site, const StackBounds& bounds) {
  const Place place = place_of(site);
  return bounds.contains(place.slot) && place.slot % sizeof(std::uint64_t) == 0 &&
         word_at(place.slot) == place.pc;
}

/// capture() in splice.cc, or with a check left out.
template <class Checks>
End capture_anywhere(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  if (last->high != bounds.high) last->known = 0;
  last->high = bounds.high;
  if (stands_on(site, bounds)) return capture_by_splice<Checks>(site, bounds, last);
  last->known = 0;
  return walk_plainly(site, bounds, last);
}

}  // namespace leakhook::unwind
