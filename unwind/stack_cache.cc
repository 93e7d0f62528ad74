// SPDX-License-Identifier: Apache-2.0
// Keeping a stack: its words at the end of the ring, then the entry that names them.
#include "stack_cache.h"

#include <atomic>

namespace leakhook::unwind {
namespace {

/// What is written above this is written before what is written below, for this thread's signal
/// handlers.
void in_this_order() { std::atomic_signal_fence(std::memory_order_seq_cst); }

}  // namespace

constinit std::atomic<std::uint64_t> StackCache::epoch{0};

std::uint64_t StackCache::room_for(std::uint64_t groups) {
  const std::uint64_t left = kGroups - end_ % kGroups;
  const std::uint64_t first = groups <= left ? end_ : end_ + left;
  // Before they are overwritten.
  valid_from_ = std::max(valid_from_, first + groups > kGroups ? first + groups - kGroups : 0);
  in_this_order();
  end_ = first + groups;
  return first;
}

bool StackCache::tells_apart(const Kept* set, std::uint32_t (&seen)[kWays], const CallSite& site,
                             Address slot, Address pc) const {
  bool tells = false;
  for (unsigned way = 0; way < kWays; ++way) {
    const Group* groups = &groups_[set[way].first_group % kGroups];
    const std::uint32_t count = set[way].groups * kInGroup;
    std::uint32_t& i = seen[way];
    const auto here = [&] { return at(site, groups[i / kInGroup].place[i % kInGroup]); };
    while (i < count && here() < slot) ++i;
    if (i == count || here() != slot) return false;
    tells = tells || groups[i / kInGroup].word[i % kInGroup] != pc;
  }
  return tells;
}

void StackCache::make_hint(Hint* hint, const CallSite& site, const LastStack& last,
                           const Kept* set) {
  hint->cfa = 0;
  in_this_order();
  unsigned found = 0;
  std::uint32_t seen[kWays] = {};
  for (std::uint32_t out = 1; out <= kHintReach && out < last.count && found < kHintWords; ++out) {
    const std::uint32_t i = last.count - out;
    if (tells_apart(set, seen, site, last.slots[i], last.pcs[i])) hint->at[found++] = last.slots[i];
  }
  // Where frames lie differently from the start: the next ones.
  for (unsigned i = found; i < kHintWords; ++i) hint->at[i] = last.slots[last.count - 1 - i];
  hint->pc = site.pc.value;
  in_this_order();
  hint->cfa = site.cfa;
}

StackCache::Kept* StackCache::place_for(const CallSite& site, const LastStack& last) {
  Kept* set = &kept_[set_of(site)];
  unsigned of_this_site = 0;
  for (unsigned i = 0; i < kWays; ++i) {
    if (set[i].cfa == 0 || set[i].first_group < valid_from_) return &set[i];
    of_this_site += set[i].cfa == site.cfa;
  }
  Hint& hint = hints_[hint_of(hash_of(site))];
  if (of_this_site == kWays && !hint.is_for(site) && last.count > kHintWords) {
    has_hints_ = 1;
    make_hint(&hint, site, last, set);
    set = &kept_[set_of(site)];
  }
  return &set[misses_ / kKeepsEvery % kWays];
}

void StackCache::keep_this(const CallSite& site, const LastStack& last, std::uint32_t value) {
  const std::uint32_t count = last.count + last.fp_user_count;
  if (count > kMostWords) return;
  const std::uint32_t groups = (count + kInGroup - 1) / kInGroup;
  Kept* kept = place_for(site, last);
  kept->cfa = 0;
  in_this_order();
  kept->first_group = room_for(groups);
  kept->frame_pointer_mask = 0;
  Group* group = &groups_[kept->first_group % kGroups];
  Group* const end = group + groups;
  Address misfit = 0;
  const auto put = [&](unsigned i, Address slot, std::uint64_t word) {
    const auto place = static_cast<std::int16_t>(static_cast<std::int64_t>(slot - site.cfa) >> 3);
    misfit |= at(site, place) ^ slot;
    group->place[i] = place, group->word[i] = word;
  };
  // Innermost first: where stacks differ, they mostly differ there.
  std::uint32_t left = last.count;
  for (; left >= kInGroup; left -= kInGroup, ++group) {
#pragma GCC unroll 4
    for (unsigned i = 0; i < kInGroup; ++i) put(i, last.slots[left - i], last.pcs[left - i]);
  }
  unsigned next = 0;
  const auto put_next = [&](Address slot, std::uint64_t word) {
    put(next, slot, word);
    next = (next + 1) % kInGroup;
    group += next == 0;
  };
  for (; left != 0; --left) put_next(last.slots[left], last.pcs[left]);
  for (std::uint32_t k = 0; k < last.fp_user_count; ++k) {
    const std::uint32_t user = last.fp_users[k];
    if (last.fp_slots[user] >= site.cfa) {  // some frame saved it there
      put_next(last.fp_slots[user], last.fps[user]);
    } else {
      kept->frame_pointer = last.fps[user];
      kept->frame_pointer_mask = -1;
    }
  }
  while (group != end) put_next(last.slots[1], last.pcs[1]);
  if (misfit != 0) return;  // too far away, or between words
  kept->value = value;
  kept->groups = static_cast<std::uint16_t>(groups);
  in_this_order();
  kept->cfa = site.cfa;
}

}  // namespace leakhook::unwind
