// SPDX-License-Identifier: Apache-2.0
// Is the spliced stack what the full walk says? And would we see it if a check were left out?
#include "splice_check.h"

#include <cstdio>
#include <span>

#include "../../../unwind/x86_64/splice.h"
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
SpliceTally g_tallies[kSplicings];

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
    if (end == captured.end && is_equal({walked, captured.count}, last)) continue;
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

void begin_splices() {
  for (int i = 0; i < kSplicings; ++i) {
    g_tallies[i] = {};
    g_last[i] = {};
    g_last[i].prepare();
  }
}

}  // namespace leakhook::unwind
