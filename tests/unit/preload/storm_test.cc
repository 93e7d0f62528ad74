// SPDX-License-Identifier: Apache-2.0
// Threads that acquire and release everything at once, with true stacks of many depths, while dumps are
// written: what is left in the books is what they left, to the last block, and nothing was lost.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "own_books.h"
#include "packed.h"

namespace leakhook::ledger {
namespace {

using testing::kMiB;
using testing::OwnBooks;
using testing::Packed;

constexpr int kThreads = 8;
constexpr std::uint64_t kPage = 4096;
constexpr int kRounds = kIsSanitized ? 3000 : 30000;

std::size_t size_of_block(std::uint64_t address) { return address / 16 % 1000 + 1; }

/// As if the program were `depth` calls deeper.
template <class Event>
[[gnu::noinline]] void from_depth(unsigned depth, const Event& event) {
  if (depth == 0)
    event();
  else
    from_depth(depth - 1, event);
  asm volatile("" ::: "memory");  // no tail call
}

/// Blocks that one thread makes and whichever comes there next gives back.
class Handover {
 public:
  /// Gives a block away and takes what lay there; 0: nothing.
  std::uint64_t exchange(std::uint64_t place, std::uint64_t block) {
    return slots_[place % slots_.size()].exchange(block);
  }
  std::set<std::uint64_t> rest() const {
    std::set<std::uint64_t> rest(slots_.begin(), slots_.end());
    rest.erase(0);
    return rest;
  }

 private:
  std::array<std::atomic<std::uint64_t>, 64> slots_{};
};

/// One thread of the storm, and what it holds.
class Stormer {
 public:
  Stormer(std::uint64_t number, Handover* handover)
      : number_(number), random_(number), handover_(*handover) {}

  void run() {
    for (int round = 0; round < kRounds; ++round)
      from_depth(random_() % 30, [this] { act(); });
  }

  std::set<std::uint64_t> blocks;
  std::set<int> fds;
  std::set<std::uint64_t> mappings, timers;

 private:
  void act() {
    switch (random_() % 24) {
      case 0:
      case 1: return turn(&fds, static_cast<int>(number_ * 50 + random_() % 50));
      case 2: return turn(&mappings, 0x7e0000000000 + (number_ * 100 + random_() % 50 * 2) * kPage);
      case 3:
      case 4: return turn(&timers, 0x1000 * number_ + random_() % 40);
      case 5:
      case 6:
      case 7: return hand_over();
      default: return turn(&blocks, own_address(random_() % 2000));
    }
  }

  /// Releases it where it is held, acquires it where not.
  template <class Id>
  void turn(std::set<Id>* held, Id id) {
    const auto [at, is_new] = held->insert(id);
    if (is_new) return acquire(held, id);
    held->erase(at);
    release(held, id);
  }

  void acquire(const void* held, std::uint64_t id) {
    if (held == &blocks) return acquired_block(LEAKHOOK_FRAME, pointer(id), size_of_block(id));
    if (held == &timers) return acquired(LEAKHOOK_CALLER, Kind::timer, id);
    if (held == &mappings)
      return acquired_mapping(LEAKHOOK_CALLER, pointer(id), kPage, Beneath::nothing);
    acquired_fd(LEAKHOOK_CALLER, Kind::file, static_cast<int>(id), "/a/file");
  }
  void release(const void* held, std::uint64_t id) {
    if (held == &blocks) return testing::released_block(pointer(id));
    if (held == &timers) return released(Kind::timer, id);
    if (held == &mappings) return released_range(pointer(id), kPage);
    (void)released_fd(LEAKHOOK_FRAME, static_cast<int>(id));
  }

  void hand_over() {
    const std::uint64_t fresh = own_address(2000 + handed_++);
    acquire(&blocks, fresh);
    if (const std::uint64_t old = handover_.exchange(random_(), fresh)) release(&blocks, old);
  }

  /// Neighbours belong to other threads, as in a heap that threads share.
  std::uint64_t own_address(std::uint64_t index) const {
    return 0x100000000 + (index * kThreads + number_) * 16;
  }
  static void* pointer(std::uint64_t address) { return reinterpret_cast<void*>(address); }

  std::uint64_t number_, handed_ = 0;
  std::mt19937_64 random_;
  Handover& handover_;
};

/// A thread of the program, as pthread_create's hook tells of it; its body is run in between.
template <class Body>
std::thread start(std::uint64_t identity, const Body& body) {
  ThreadRecord* record = thread_starts(LEAKHOOK_CALLER, nullptr, nullptr, 0, false);
  EXPECT_NE(record, nullptr);
  std::thread thread([=] {
    thread_enters(record, identity);
    body();
    thread_ends(record);
  });
  thread_created(record, identity);
  return thread;
}

std::map<std::uint64_t, std::uint64_t> blocks_in(const Packed& packed) {
  std::map<std::uint64_t, std::uint64_t> blocks;
  for (const LiveRecord& record : packed.records<LiveRecord>(Region::live)) {
    if (record.key.load() == 0) continue;
    const LiveValue value = LiveValue::decode(record.value.load());
    EXPECT_NE(value.stack, 0u);
    EXPECT_TRUE(blocks.emplace(address_of_key(record.key.load()), value.size).second);
  }
  return blocks;
}

std::set<std::uint64_t> identities_in(const Packed& packed, Kind kind) {
  std::set<std::uint64_t> identities;
  for (const ResourceRecord& record : packed.records<ResourceRecord>(Region::resources))
    if (record.kind == kind) {
      EXPECT_TRUE(identities.insert(record.identity).second);
    }
  return identities;
}

TEST(Storm, WhatIsLeftIsWhatTheThreadsLeft) {
  const OwnBooks books(256 * kMiB);
  Handover handover;
  std::vector<std::unique_ptr<Stormer>> stormers;
  std::vector<std::thread> threads;
  std::atomic<int> running{kThreads};
  for (std::uint64_t t = 1; t <= kThreads; ++t) {
    Stormer* stormer = stormers.emplace_back(std::make_unique<Stormer>(t, &handover)).get();
    threads.push_back(start(0x7f0000000000 + t, [=, &running] {
      stormer->run();
      running.fetch_sub(1);
    }));
  }
  int dumps = 0;
  for (; running.load() != 0; ++dumps) ASSERT_TRUE(Packed().is_written);
  EXPECT_GT(dumps, 0);
  for (std::uint64_t t = 1; t <= kThreads; ++t) {
    threads[t - 1].join();
    thread_joined(LEAKHOOK_CALLER, find_thread(0x7f0000000000 + t));
  }

  std::set<std::uint64_t> blocks = handover.rest(), mappings, timers;
  std::set<int> fds;
  for (const auto& stormer : stormers) {
    blocks.merge(stormer->blocks);
    mappings.merge(stormer->mappings);
    timers.merge(stormer->timers);
    fds.merge(stormer->fds);
  }
  const Packed packed;
  std::map<std::uint64_t, std::uint64_t> wanted;
  for (const std::uint64_t block : blocks) wanted.emplace(block, size_of_block(block));
  EXPECT_EQ(blocks_in(packed), wanted);
  EXPECT_EQ(identities_in(packed, Kind::mapping), mappings);
  EXPECT_EQ(identities_in(packed, Kind::timer), timers);
  std::set<int> fds_in_books;
  const auto slots = packed.records<FdRecord>(Region::fds);
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (slots[i].kind != Kind::none) fds_in_books.insert(static_cast<int>(i));
  EXPECT_EQ(fds_in_books, fds);
  int threads_in_books = 0;
  for (const ThreadRecord& record : packed.records<ThreadRecord>(Region::threads))
    threads_in_books += record.state != ThreadState::free;
  EXPECT_EQ(threads_in_books, 1) << "the main thread";
  EXPECT_EQ(books.losses(), "");
}

}  // namespace
}  // namespace leakhook::ledger
