// SPDX-License-Identifier: Apache-2.0
// Was this thread captured in this very stack before? Compares, and does not walk.
//
// A kept stack is a list of words and where they lie: its return addresses, and the frame pointers
// that frames of it are left by. Whoever is called with the same CFA and finds all of these walks
// the same frames: where the next return address lies depends on nothing but the words before it
// (last_stack.h makes the same claim of a part of a stack).
//
// A table of sets of four stacks, chosen by call site; their words lie one behind the other in a
// ring, where new ones overwrite the oldest. Where more than four stacks share a call site, as they
// do in operator new, three return addresses by which those differ choose the set, too. Such a hint
// says where to look, never what to believe: a stack that has something else there is kept in
// another set.
//
// Who has it: one thread, one capture at a time, as LastStack; a capture that a signal handler
// abandons leaves nothing that is half written and believed.
#pragma once
#include <algorithm>
#include <atomic>
#include <iterator>

#include "capture.h"
#include "last_stack.h"
#include "stack_words.h"

namespace leakhook::unwind {

class StackCache {
 public:
  /// Forgets what another thread left. Memory must have gone through this, zeros too.
  void prepare() {
    forget();
    if (has_hints_) std::fill(std::begin(hints_), std::end(hints_), Hint{});
    has_hints_ = 0;
    misses_ = 0;
  }

  /// What any thread has kept so far is never found again: rules have changed, or what is kept with
  /// stacks means something else. After the change.
  static void forget_all() { epoch.fetch_add(1, std::memory_order_release); }

  /// Before find(): takes notice of forget_all().
  [[gnu::always_inline]] void renew() {
    const std::uint64_t now = epoch.load(std::memory_order_acquire);  // pairs with forget_all()
    if (now == epoch_) [[likely]]
      return;
    forget();
    epoch_ = now;
  }

  /// What was kept with the stack of this site; 0: nothing is known of it. Requires: as
  /// capture_on_own_stack(), on the stack that all calls since prepare() were made on.
  [[gnu::always_inline]] std::uint32_t find(const CallSite& site) const {
    for (const Kept *kept = &kept_[set_of(site)], *end = kept + kWays; kept != end; ++kept)
      if (kept->cfa == site.cfa && kept->first_group >= valid_from_ && is_unchanged(*kept, site)) {
        if (kept->value == 0) __builtin_unreachable();  // callers need not ask whether it was found
        return kept->value;
      }
    return 0;
  }

  /// A stack that find() did not find: keeps every fourth, with a value that is not 0. Requires:
  /// `last` holds the capture from this site.
  void keep(const CallSite& site, const LastStack& last, std::uint32_t value) {
    if (++misses_ % kKeepsEvery == 0 && last.known != 0) keep_this(site, last, value);
  }

 private:
  // Found with these, of the captures in g++ 0.53, python3 0.93, redis 0.97, sqlite3 0.99, xmllint
  // 1.0. What other numbers would find was simulated on the captures of these programs: twice the
  // words and sets 0.67 in g++, the others as before; every stack kept, two to a set: 0.35 in g++,
  // 0.81 in sqlite3 (with every fourth 0.39 and 0.90).
  static constexpr unsigned kSetBits = 6;
  static constexpr unsigned kWays = 4;
  static constexpr unsigned kHintBits = 6;
  static constexpr unsigned kHintWords = 3;
  /// So many frames out they are looked for. As many stacks are found with 4 as with 64.
  static constexpr std::uint32_t kHintReach = 8;
  static constexpr std::uint64_t kGroups = 1024;
  static constexpr std::uint32_t kKeepsEvery = 4;
  static constexpr std::uint32_t kInGroup = 4;
  static constexpr std::uint32_t kMostWords = 256;  ///< of a stack: none drives out all others

  /// So many words are compared without leaving early.
  struct Group {
    std::int16_t place[kInGroup];  ///< where each lies: so many words above the CFA
    std::uint64_t word[kInGroup];
  };
  static_assert(sizeof(Group) == 40);
  static Address at(const CallSite& site, std::int16_t place) {
    return site.cfa + static_cast<Address>(std::int64_t{place}) * sizeof(Address);
  }
  struct Kept {
    Address cfa;                ///< 0: nothing
    std::uint64_t first_group;  ///< counted since the first stack that was kept
    std::uint64_t frame_pointer;
    std::uint32_t value;
    std::uint16_t groups;
    std::int16_t frame_pointer_mask;  ///< −1: a frame is left by the register as it is at the site
  };
  static_assert(sizeof(Kept) == 32, "a set is two cache lines");
  struct Hint {
    Address cfa;  ///< 0: nothing
    Address pc;
    Address at[kHintWords];
    bool is_for(const CallSite& site) const { return cfa == site.cfa && pc == site.pc.value; }
  };

  [[gnu::visibility("hidden")]] static std::atomic<std::uint64_t> epoch;

  void forget() { valid_from_ = end_; }

  static std::uint64_t hash_of(const CallSite& site) {
    return LastStack::step(site.cfa, site.pc.value);
  }
  static std::uint64_t hint_of(std::uint64_t hash) { return hash >> (64 - kHintBits); }

  /// Index of the first stack of the set.
  [[gnu::always_inline]] std::uint64_t set_of(const CallSite& site) const {
    std::uint64_t hash = hash_of(site);
    const Hint& hint = hints_[hint_of(hash)];
    if (hint.is_for(site))
      for (const Address at : hint.at) hash = LastStack::step(hash, word_at(at));
    return (hash >> (64 - kSetBits)) * kWays;
  }

  [[gnu::always_inline]] bool is_unchanged(const Kept& kept, const CallSite& site) const {
    std::uint64_t difference = (kept.frame_pointer ^ site.frame_pointer) &
                               static_cast<std::uint64_t>(std::int64_t{kept.frame_pointer_mask});
    const Group* group = &groups_[kept.first_group % kGroups];
    const Group* const end = group + kept.groups;
    const auto changed = [&](unsigned i) {
      return word_at(at(site, group->place[i])) ^ group->word[i];
    };
    do {
      difference |= changed(0) | changed(1) | changed(2) | changed(3);
      if (difference != 0) return false;
    } while (++group != end);
    return true;
  }

  __attribute__((noinline)) void keep_this(const CallSite& site, const LastStack& last,
                                           std::uint32_t value);
  /// Where a new stack of this site goes.
  Kept* place_for(const CallSite& site, const LastStack& last);
  /// Chooses words by which the stack differs from those of a set, which are all of its site.
  void make_hint(Hint* hint, const CallSite& site, const LastStack& last, const Kept* set);
  /// Does none of the four stacks of a set lack a return address there, and is not each of them
  /// this one? `seen`: how far each list, innermost first, was looked at before; goes on to that
  /// place.
  bool tells_apart(const Kept* set, std::uint32_t (&seen)[kWays], const CallSite& site,
                   Address slot, Address pc) const;
  /// The number of the first of so many groups that lie side by side, and are nobody's any more.
  std::uint64_t room_for(std::uint64_t groups);

  std::uint64_t valid_from_;  ///< stacks whose words begin before it are forgotten or overwritten
  std::uint64_t end_;         ///< number of the next group
  std::uint64_t epoch_;
  std::uint32_t misses_;
  std::uint32_t has_hints_;
  Hint hints_[1u << kHintBits];
  alignas(64) Kept kept_[kWays << kSetBits];
  Group groups_[kGroups];
};

}  // namespace leakhook::unwind
