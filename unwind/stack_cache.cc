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

std::uint64_t StackCache::room_for(std::uint64_t words) {
  const std::uint64_t left = kWords - end_ % kWords;
  const std::uint64_t first = words <= left ? end_ : end_ + left;
  // Before they are overwritten.
  valid_from_ = std::max(valid_from_, first + words > kWords ? first + words - kWords : 0);
  in_this_order();
  end_ = first + words;
  return first;
}

bool StackCache::tells_apart(const Word* (&words)[kWays], const Word* const (&ends)[kWays],
                             Address at, Address is) {
  bool tells = false;
  for (unsigned way = 0; way < kWays; ++way) {
    while (words[way] != ends[way] && words[way]->at < at) ++words[way];
    if (words[way] == ends[way] || words[way]->at != at) return false;
    tells = tells || words[way]->is != is;
  }
  return tells;
}

void StackCache::make_hint(Hint* hint, const CallSite& site, const LastStack& last,
                           const Kept* set) {
  const Word *words[kWays], *ends[kWays];
  for (unsigned way = 0; way < kWays; ++way) {
    words[way] = &words_[set[way].first_word % kWords];
    ends[way] = words[way] + set[way].groups * kGroup;
  }
  hint->cfa = 0;
  in_this_order();
  unsigned found = 0;
  for (std::uint32_t i = last.count - 1; i != 0 && found < kHintWords; --i)
    if (tells_apart(words, ends, last.slots[i], last.pcs[i])) hint->at[found++] = last.slots[i];
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
    if (set[i].cfa == 0 || set[i].first_word < valid_from_) return &set[i];
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
  const std::uint32_t groups = (count + kGroup - 1) / kGroup;
  Kept* kept = place_for(site, last);
  kept->cfa = 0;
  in_this_order();
  kept->first_word = room_for(groups * kGroup);
  kept->frame_pointer_mask = 0;
  // Innermost first: where stacks differ, they mostly differ there.
  Word* word = &words_[kept->first_word % kWords];
  Word* const end = word + groups * kGroup;
  for (std::uint32_t i = last.count; i != 0; --i) *word++ = {last.slots[i], last.pcs[i]};
  for (std::uint32_t k = 0; k < last.fp_user_count; ++k) {
    const std::uint32_t user = last.fp_users[k];
    if (last.fp_slots[user] >= site.cfa) {  // some frame saved it there
      *word++ = {last.fp_slots[user], last.fps[user]};
    } else {
      kept->frame_pointer = last.fps[user];
      kept->frame_pointer_mask = -1;
    }
  }
  while (word != end) *word++ = {last.slots[1], last.pcs[1]};
  kept->value = value;
  kept->groups = static_cast<std::uint16_t>(groups);
  in_this_order();
  kept->cfa = site.cfa;
}

}  // namespace leakhook::unwind
