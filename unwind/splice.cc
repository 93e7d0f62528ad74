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
#include "capture.h"
#include "last_stack.h"
#include "machine.h"
#include "rules.h"

namespace leakhook::unwind {
namespace {

using Remembered = LastStack::Frame;

/// Words of the calling thread's own stack, between its present end and its top. The sanitizers
/// would call another frame's words out of bounds.
__attribute__((no_sanitize("address"), no_sanitize("thread"), always_inline)) inline std::uint64_t
word_at(Address address) {
  using Word __attribute__((may_alias)) = std::uint64_t;
  return *reinterpret_cast<const Word*>(address);
}

bool is_fp_user(const Remembered& frame) {
  return Rule::from_bits(frame.rule).kind() == Rule::frame_pointer;
}

/// The walk's place: a frame that is being left.
struct Place {
  Address slot;  ///< where its return address lies
  Address pc;
  std::uint64_t fp;
  Address fp_slot;  ///< the word that fp was restored from; 0: none, it is in the register
};

class Splice {
 public:
  Splice(const StackBounds& bounds, LastStack* last)
      : last_(last),
        generation_(last->generation),
        top_(bounds.high - sizeof(std::uint64_t)),
        met_(&last->frames[last->known]),
        walked_(end()) {}

  /// False: this stack is for the plain walk.
  bool walk(Place place) {
    for (;;) {
      while (met_->slot < place.slot) --met_;
      if (met_->slot == place.slot && met_ < walked_ && joins(place)) return true;
      const Rule rule = rule_of(place.pc, false, generation_);
      if (walked_ - 1 == &last_->frames[0]) return false;
      *--walked_ = {place.slot, place.pc, rule.bits(), 0, place.fp, place.fp_slot};
      if (rule.kind() == Rule::outermost) break;
      // Nor is a stack that ends by a return address of zero remembered: that word may change.
      if (!rule.is_usual() || !leave(rule, &place) || place.pc == 0) [[unlikely]]
        return false;
    }
    met_ = &last_->frames[0];
    return true;
  }

  /// Requires: walk() returned true. Puts what was walked behind what was met.
  void remember() {
    const auto met = static_cast<std::uint32_t>(met_ - &last_->frames[0]);
    if (last_->fp_user > met) last_->fp_user = 0;
    if (last_->fp_user == 0 && fp_user_ != nullptr)
      last_->fp_user = met + 1 + static_cast<std::uint32_t>(fp_user_ - walked_);
    std::uint64_t hash = met_->hash;
    Remembered* to = met_;
    for (const Remembered* from = walked_; from != end(); ++from) {
      *++to = *from;
      to->hash = hash = LastStack::step(hash, from->pc);
    }
    last_->count = last_->known = static_cast<std::uint32_t>(to - &last_->frames[0]);
  }

 private:
  Remembered* end() const { return &last_->frames[LastStack::kMaxFrames + 1]; }
  Remembered* outermost() const { return &last_->frames[1]; }
  /// Does a frame from here outwards depend on the frame pointer?
  bool uses_fp(const Remembered* from) const {
    return last_->fp_user != 0 && &last_->frames[last_->fp_user] <= from;
  }

  /// One step by a usual rule. False: not to where a caller may be.
  [[gnu::always_inline]] bool leave(Rule rule, Place* place) {
    Address base = place->slot - static_cast<Address>(machine::kReturnSlot);
    if (rule.kind() == Rule::frame_pointer) base = place->fp, fp_user_ = walked_;
    const Address cfa = base + static_cast<Address>(rule.offset());
    const Address next = cfa + static_cast<Address>(machine::kReturnSlot);
    if (next <= place->slot || next > top_ || next % sizeof(std::uint64_t) != 0) return false;
    if (rule.frame_pointer_rule() != Rule::FramePointer::same) {
      const Address saved = cfa + static_cast<Address>(rule.slot());
      if (rule.frame_pointer_rule() != Rule::FramePointer::at_cfa || saved <= place->slot ||
          saved > top_)
        return false;
      place->fp = word_at(saved), place->fp_slot = saved;
    }
    place->slot = next, place->pc = word_at(next);
    return true;
  }

  /// Does the walk go on as it did last time from the frame that was met? Takes over return
  /// addresses that changed.
  bool joins(const Place& place) {
    Remembered* changed = nullptr;
    for (Remembered* frame = met_; frame != &last_->frames[0]; --frame)
      changed = word_at(frame->slot) != frame->pc ? frame : changed;
    if (uses_fp(met_) && !keeps_frame_pointers(place)) [[unlikely]]
      return false;
    return changed == nullptr || take_over(changed);
  }

  bool keeps_frame_pointers(const Place& place) {
    const Remembered* last_user = &last_->frames[last_->fp_user];
    for (Remembered* frame = met_; frame >= last_user; --frame) {
      if (!is_fp_user(*frame)) continue;
      // Saved further out than here: by a frame that was met. Else it passes through the register.
      const bool is_saved = frame->fp_slot > place.slot;
      if ((is_saved ? word_at(frame->fp_slot) : place.fp) != frame->fp) return false;
      if (!is_saved) frame->fp_slot = place.fp_slot;
    }
    return true;
  }

  /// From the outermost frame that changed inwards. False: the frame behind met_ is left otherwise
  /// than last time.
  bool take_over(Remembered* changed) {
    std::uint64_t hash = changed[-1].hash;
    for (Remembered* frame = changed; frame <= met_; ++frame) {
      const Address pc = word_at(frame->slot);
      const Rule rule = rule_of(pc, false, generation_);
      const std::uint64_t what_matters = uses_fp(frame) ? ~std::uint64_t{0} : Rule::kMovement;
      if (((rule.bits() ^ frame->rule) & what_matters) != 0) {
        met_ = frame - 1;
        return false;
      }
      frame->pc = pc, frame->rule = rule.bits();
      frame->hash = hash = LastStack::step(hash, pc);
    }
    return true;
  }

  LastStack* last_;
  RuleCache::Generation generation_;
  Address top_;                    ///< the last word of the stack
  Remembered* met_;                ///< the innermost remembered frame that may still be met
  Remembered* walked_;             ///< what was walked: from here to end(), outermost first
  Remembered* fp_user_ = nullptr;  ///< the outermost of those that is left by its frame pointer
};

/// The plain walk, as the last stack: nothing of it is known next time.
__attribute__((noinline, cold)) Captured walk_plainly(const CallSite& site,
                                                      const StackBounds& bounds, LastStack* last) {
  last->known = last->fp_user = 0;
  const Captured captured = capture(site, bounds, last->plain);
  last->count = captured.count;
  std::uint64_t hash = last->frames[0].hash;
  for (std::uint32_t i = 1; i <= captured.count; ++i) {
    Remembered& frame = last->frames[i];
    frame.pc = last->plain[captured.count - i];
    frame.hash = hash = LastStack::step(hash, frame.pc);
  }
  return captured;
}

}  // namespace

End capture(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  const RuleCache::Generation generation = g_rules.generation();
  if (last->generation != generation) [[unlikely]] {
    last->generation = generation;
    last->known = last->fp_user = 0;
  }
  const Address slot = site.cfa + static_cast<Address>(machine::kReturnSlot);
  const bool is_own_stack = slot >= bounds.low && site.cfa <= bounds.high && slot % 8 == 0 &&
                            word_at(slot) == site.pc.value;
  if (is_own_stack) [[likely]] {
    Splice splice(bounds, last);
    if (splice.walk({slot, site.pc.value, site.frame_pointer, 0})) [[likely]] {
      splice.remember();
      return End::outermost;
    }
  }
  return walk_plainly(site, bounds, last).end;
}

}  // namespace leakhook::unwind
