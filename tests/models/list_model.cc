// SPDX-License-Identifier: Apache-2.0
// Does anybody get what another one has? The free list of last stacks, the shards, waiting
// requests, the index of ids while it is copied, and regions that two open at once.
#include <set>

#include "../../preload/ledger/id_index.h"
#include "../../preload/ledger/last_stacks.h"
#include "../../preload/ledger/shards.h"
#include "../../preload/life/waiting_requests.h"
#include "models.h"

namespace leakhook::models {
namespace {

using explore::check;
using explore::Scenario;
using ledger::IdIndex;
using ledger::segment;
namespace last_stacks = ledger::last_stacks;
namespace shards = ledger::shards;

ledger::RememberedStacks* held[4];

void take_stack(int thread) {
  ledger::RememberedStacks* stack = last_stacks::take();
  check(stack != nullptr, "there is one");
  for (const ledger::RememberedStacks* other : held) check(other != stack, "nobody else has it");
  held[thread] = stack;
}

void give_stack(int thread) {
  ledger::RememberedStacks* stack = held[thread];
  held[thread] = nullptr;
  last_stacks::give_back(stack);
}

/// Takes all that are free without mapping more, as often as there can be some.
std::set<ledger::RememberedStacks*> free_stacks() {
  std::set<ledger::RememberedStacks*> all;
  for (int i = 0; i < 6; ++i) check(all.insert(last_stacks::take()).second, "each is free once");
  return all;
}

Scenario stacks_change_hands() {
  return {
      "last stacks: three threads take and give back",
      [] {
        std::fill(std::begin(held), std::end(held), nullptr);
        ledger::RememberedStacks* one = last_stacks::take();  // maps a piece where there is none
        ledger::RememberedStacks* two = last_stacks::take();
        last_stacks::give_back(one), last_stacks::give_back(two);
      },
      {[] { take_stack(0), give_stack(0), take_stack(0); },
       [] { take_stack(1), give_stack(1), take_stack(1); }, [] { take_stack(2), give_stack(2); }},
      [] {},
      3};
}

/// The first one free is taken, and the second, and the first comes back: who saw it before must
/// not take it for the same list.
Scenario a_head_that_came_back() {
  return {
      "last stacks: a head that came back",
      [] {
        std::fill(std::begin(held), std::end(held), nullptr);
        ledger::RememberedStacks* one = last_stacks::take();
        ledger::RememberedStacks* two = last_stacks::take();
        last_stacks::give_back(one), last_stacks::give_back(two);
      },
      {[] { take_stack(0), take_stack(3); }, [] { take_stack(1), take_stack(2), give_stack(1); }},
      [] {},
      2};
}

/// The victim's death is the fork: in the child it is not there, whatever it was in the middle of.
Scenario a_fork_between() {
  return {"last stacks: a fork in the middle of another thread's change",
          [] {
            std::fill(std::begin(held), std::end(held), nullptr);
            ledger::RememberedStacks* one = last_stacks::take();
            last_stacks::give_back(one);
          },
          {[] { take_stack(0), give_stack(0), take_stack(0); }, [] { take_stack(1); }},
          [] {
            last_stacks::keep_only(held[1]);
            check(free_stacks().count(held[1]) == 0, "the child's own is not free");
          },
          4,
          0};
}

std::uint32_t own_shard[2];

Scenario shards_change_hands() {
  return {"shards: two threads take and give back",
          [] {
            shards::keep_only(shards::kShared);
            std::fill(std::begin(own_shard), std::end(own_shard), shards::kShared);
          },
          {[] {
             shards::give_back(shards::take());
             own_shard[0] = shards::take();
           },
           [] {
             shards::give_back(shards::take());
             own_shard[1] = shards::take();
           }},
          [] { check(own_shard[0] != own_shard[1], "each has its own"); },
          5};
}

life::WaitingRequests requests;
std::vector<std::uint32_t> tokens;

void put(std::uint32_t token) { check(requests.put({Command::dump, 0, token}), "there is room"); }
void take() {
  Request request;
  if (requests.take(&request)) tokens.push_back(request.token);
}

Scenario requests_wait() {
  return {"waiting requests: one puts, two take, one of them may die",
          [] {
            tokens.clear();
            tokens.reserve(4);
            put(1);
          },
          {[] { take(); }, [] { take(); }, [] { put(2); }},
          [] {
            for (int i = 0; i < 2; ++i) take();
            const std::set<std::uint32_t> distinct(tokens.begin(), tokens.end());
            check(distinct.size() == tokens.size(), "none is answered twice");
            check(tokens.size() == 2 || explore::was_killed(), "none is forgotten");
            check(!tokens.empty(), "who dies takes one along at most");
          },
          3,
          0};
}

IdIndex id_index{Region::stack_index,
                 [](std::uint32_t) { return std::uint64_t{0}; }};  // never grows

Scenario ids_are_added() {
  constexpr std::uint64_t kHash = 0x12345678'00000000, kOther = kHash + (1 << kStackIdBits);
  return {"id index: two add ids with the same home, a third looks",
          [] { id_index.prepare(); },
          {[] {
             check(id_index.add(kHash, 7), "there is room");
             check(id_index.find(kHash) == 7, "what was added is found");
           },
           [] {
             check(id_index.add(kOther, 8), "there is room");
             check(id_index.find(kOther) == 8, "what was added is found");
           },
           [] {
             const std::uint32_t found = id_index.find(kHash);
             check(found == 0 || found == 7, "nothing else is found");
           }},
          [] {
            check(id_index.find(kHash) == 7 || explore::was_killed(), "the first is there");
            check(id_index.find(kOther) == 8, "the second is there");
          },
          3,
          0};
}

std::uint64_t names_before;

Scenario a_region_grows() {
  return {"segment: two commit the same region, one of them more",
          [] { names_before = segment.header->committed_total.load(); },
          {[] { check(segment.commit(Region::names, 4096), "there is memory"); },
           [] { check(segment.commit(Region::names, 8192), "there is memory"); },
           [] {
             const auto names = segment.all<NameRecord>(Region::names);
             if (!names.empty()) names.back().text[0] = 'x';  // faults where no page is
           }},
          [] {
            const std::uint64_t committed = segment.extent(Region::names).committed.load();
            check(committed == 8192 || explore::was_killed(), "as much as was asked for");
            check(segment.header->committed_total.load() == names_before + committed ||
                      explore::was_killed(),
                  "counted once");
          },
          4,
          1};
}

}  // namespace

std::vector<Scenario> list_scenarios() {
  // Maps a piece. Each order begins with the words of before, but a mapping stays.
  last_stacks::give_back(last_stacks::take());
  return {stacks_change_hands(), a_head_that_came_back(), a_fork_between(), shards_change_hands(),
          requests_wait(),       ids_are_added(),         a_region_grows()};
}

}  // namespace leakhook::models
