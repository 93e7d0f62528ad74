// SPDX-License-Identifier: Apache-2.0
// Is the spliced stack what the full walk says? And would we see it if a check were left out?
#include "splice_check.h"

#include <algorithm>
#include <cstdio>
#include <span>

#include "../../../unwind/x86_64/splice.h"
#include "cached_stacks.h"
#include "call_site.h"

namespace leakhook::unwind {
namespace {

struct WithoutSlots : AllChecks {
  static constexpr bool kComparesSlots = false;
};
struct WithoutFramePointers : AllChecks {
  static constexpr bool kComparesFramePointers = false;
};
struct WithoutSavingPlaces : AllChecks {
  static constexpr bool kComparesSavingPlaces = false;
};
struct ByReturnAddress : AllChecks {
  static constexpr bool kLooksUpTheCall = false;
};

LastStack g_last[kSplicings];
CachedStacks g_cached;
SpliceTally g_tallies[kSplicings];

/// The stack that was captured last, outermost frame first. Also from signal handlers.
struct Before {
  Address frames[LastStack::kMaxFrames];
  std::uint32_t count;
  std::uint64_t hash;
};
Before g_before[kSplicings];

End capture_by(Splicing splicing, const CallSite& site, const StackBounds& bounds,
               LastStack* last) {
  switch (splicing) {
    case kWithoutSlots:
      return capture_anywhere<WithoutSlots>(site, bounds, last);
    case kWithoutFramePointers:
      return capture_anywhere<WithoutFramePointers>(site, bounds, last);
    case kWithoutSavingPlaces:
      return capture_anywhere<WithoutSavingPlaces>(site, bounds, last);
    case kByReturnAddress:
      return capture_anywhere<ByReturnAddress>(site, bounds, last);
    default:
      return capture(site, bounds, last);
  }
}

bool is_equal(std::span<const Address> walked, const LastStack& last) {
  if (last.size() != walked.size()) return false;
  std::uint64_t hash = 0;
  for (std::uint32_t i = 0; i < last.size(); ++i) {
    const Address pc = walked[walked.size() - 1 - i];
    if (last[i] != pc) return false;
    hash = LastStack::step(hash, pc);
  }
  return hash == last.hash();
}

/// Are the frames that are said to be those of the capture before? Where that is one that we did
/// not see, its hash says so, as it does to the ledger.
bool is_kept(const LastStack& last, const Before& before, SpliceTally* tally) {
  if (last.kept > last.size()) return false;
  if (last.hash_before != before.hash) return true;
  std::uint32_t common = 0;
  while (common < last.size() && common < before.count && last[common] == before.frames[common])
    ++common;
  tally->common += common;
  tally->kept += last.kept;
  return last.kept <= common;
}

void print(std::span<const Address> walked, const LastStack& last) {
  for (std::uint32_t i = 0; i < last.size() || i < walked.size(); ++i) {
    std::fprintf(stderr, "  walked %#lx spliced %#lx\n",
                 i < walked.size() ? walked[walked.size() - 1 - i] : 0,
                 i < last.size() ? last[i] : 0);
  }
}

}  // namespace

void check_splices(const CallSite& site, const StackBounds& bounds) {
  static Address walked[LastStack::kMaxFrames];
  const Captured captured = capture(site, bounds, walked);
  for (int i = 0; i < kSplicings; ++i) {
    LastStack& last = g_last[i];
    const End end = capture_by(static_cast<Splicing>(i), site, bounds, &last);
    SpliceTally& tally = g_tallies[i];
    ++tally.captures;
    tally.remembered += last.known != 0;
    bool is_right = is_kept(last, g_before[i], &tally);
    if (i == kWhole && stands_on(site, bounds)) is_right &= g_cached.is_right(site, bounds, last);
    std::copy(&last.pcs[1], &last.pcs[1] + last.size(), g_before[i].frames);
    g_before[i].count = last.size();
    g_before[i].hash = last.hash();
    if (is_right && end == captured.end && is_equal({walked, captured.count}, last)) continue;
    if (++tally.differ > 3 || i != kWhole) continue;
    std::fprintf(stderr, "differs: end %d, spliced %d\n", static_cast<int>(captured.end),
                 static_cast<int>(end));
    print({walked, captured.count}, last);
  }
}

StackBounds known_bounds(Address address) {
  static thread_local StackBounds bounds;
  if (bounds.high == 0) bounds = whole_stack();
  return bounds.contains(address) ? bounds : StackBounds{0, 0};
}

SpliceTally take_tally(Splicing splicing) {
  const SpliceTally tally = g_tallies[splicing];
  g_tallies[splicing] = {};
  return tally;
}

unsigned found_in_cache() { return g_cached.found; }

void begin_splices() {
  g_cached.begin();
  for (int i = 0; i < kSplicings; ++i) {
    g_tallies[i] = {};
    g_last[i] = {};
    g_last[i].prepare();
    g_before[i] = {};
  }
}

}  // namespace leakhook::unwind
