// SPDX-License-Identifier: Apache-2.0
// Is the packed stream what the books held, with every record whole, while others write?
#include "../../../preload/life/stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "../../../preload/ledger/stack_table.h"
#include "own_books.h"
#include "packed.h"

namespace leakhook::life {
namespace {

using ledger::Caller;
using testing::kMiB;
using testing::OwnBooks;
using testing::Packed;

alignas(64) char stream_buffer[kStreamBuffer];

/// What a block at this address is said to be.
std::size_t size_for(std::uint64_t address) { return address >> 4 & 0xffff; }

void acquire_block(ledger::HookFrame hook, std::uint64_t address) {
  ledger::acquired_block(hook, reinterpret_cast<void*>(address), size_for(address));
}

TEST(Stream, HasAHeaderAndThenTheRegions) {
  const OwnBooks books;
  const Packed packed(9);
  ASSERT_TRUE(packed.is_written);
  const Header& header = packed.header();
  EXPECT_EQ(header.magic, kSegmentMagic);
  EXPECT_EQ(header.packed, 1u);
  EXPECT_EQ(header.dump_number, 9u);
  EXPECT_EQ(header.dump_realtime_ns, 111u);
  EXPECT_EQ(header.dump_monotonic_ns, 222u);
  EXPECT_EQ(header.pid, getpid());
  std::uint64_t sum = header.header_size;
  for (int i = 0; i < static_cast<int>(Region::count); ++i) {
    const auto region = static_cast<Region>(i);
    if (is_streamed(region)) sum += packed.length(region);
  }
  EXPECT_EQ(packed.size, sum);
  EXPECT_EQ(ledger::segment.header->packed, 0u) << "the segment itself stays as it was";
}

TEST(Stream, HoldsWhatTheBooksHold) {
  const OwnBooks books;
  const Caller caller = LEAKHOOK_CALLER;
  for (std::uint64_t i = 1; i <= 5000; ++i) acquire_block(LEAKHOOK_FRAME, i * 48);
  testing::released_block(reinterpret_cast<void*>(48));
  ledger::acquired_fd(caller, Kind::file, 5, "/five");
  ledger::acquired(caller, Kind::timer, 77, "t");
  const Packed packed;
  std::set<std::uint64_t> addresses;
  for (const LiveRecord& record : packed.records<LiveRecord>(Region::live)) {
    if (record.key.load() == 0) continue;
    const std::uint64_t address = address_of_key(record.key.load());
    EXPECT_TRUE(addresses.insert(address).second);
    EXPECT_EQ(LiveValue::decode(record.value.load()).size, size_for(address));
  }
  EXPECT_EQ(addresses.size(), 4999u);
  EXPECT_EQ(addresses.count(48), 0u);
  const FdRecord& five = packed.records<FdRecord>(Region::fds)[5];
  EXPECT_EQ(std::string(five.name, five.name_size), "/five");
  int timers = 0;
  for (const ResourceRecord& record : packed.records<ResourceRecord>(Region::resources))
    timers += record.kind == Kind::timer && record.identity == 77;
  EXPECT_EQ(timers, 1);
  EXPECT_EQ(packed.records<ThreadRecord>(Region::threads)[0].is_main, 1);
  EXPECT_STREQ(packed.records<NameRecord>(Region::names)[1].text,
               ledger::segment.records<NameRecord>(Region::names)[1].text);
}

/// The stack behind an id, or an empty one when the stream does not hold all of it.
std::vector<std::uint64_t> stack_in(const Packed& packed, StackId stack) {
  const auto stacks = packed.records<StackRecord>(Region::stacks);
  const auto nodes = packed.records<Node>(Region::nodes);
  if (stack >= stacks.size() || stacks[stack].hash.load() == 0) return {};
  std::vector<std::uint64_t> frames;
  for (NodeId node = stacks[stack].leaf; node != 0; node = nodes[node].parent) {
    if (node >= nodes.size()) return {};
    if (module_of_place(nodes[node].place) * sizeof(ModuleRecord) >= packed.length(Region::modules))
      return {};
    frames.push_back(address_of_place(nodes[node].place));
  }
  return frames;
}

/// Writers that keep each record's fields in step with its identity, until told to end.
class Writers {
 public:
  Writers() {
    for (std::uint64_t t = 1; t <= 3; ++t) threads_.emplace_back([this, t] { write(t); });
  }
  ~Writers() {
    is_over_.store(true);
    for (std::thread& thread : threads_) thread.join();
  }
  std::uint64_t events() const { return events_.load(); }

 private:
  void write(std::uint64_t t) {
    std::mt19937_64 random(t);
    std::vector<bool> is_live(3000);
    while (!is_over_.load(std::memory_order_relaxed)) {
      const std::uint64_t n = random() % is_live.size();
      const std::uint64_t address = (t * is_live.size() + n + 1) * 16;
      // New stacks all the time: caller in no object, the address tells the block.
      const Caller caller{{address + random() % 16 * 0x1000000}, 0, 0};
      if (is_live[n])
        testing::released_block(reinterpret_cast<void*>(address));
      else
        acquire_block(testing::FrameCalledFrom(caller.pc.value), address);
      is_live[n] = !is_live[n];
      const int fd = static_cast<int>(t * 20 + random() % 20);
      const bool is_file = random() % 2 == 0;
      ledger::acquired_fd(caller, is_file ? Kind::file : Kind::pipe, fd,
                          is_file ? "a file, named at length" : nullptr);
      if (random() % 4 == 0) ledger::released_fd(LEAKHOOK_FRAME, fd);
      events_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::atomic<bool> is_over_{false};
  std::atomic<std::uint64_t> events_{0};
  std::vector<std::thread> threads_;
};

void check_whole(const Packed& packed) {
  for (const LiveRecord& record : packed.records<LiveRecord>(Region::live)) {
    if (record.key.load() == 0) continue;
    const std::uint64_t address = address_of_key(record.key.load());
    const LiveValue value = LiveValue::decode(record.value.load());
    ASSERT_EQ(value.size, size_for(address));
    if (value.stack == 0) continue;
    const auto frames = stack_in(packed, value.stack);
    ASSERT_EQ(frames.size(), 1u) << "the stack is in the same stream";
    ASSERT_EQ(frames[0] % 0x1000000, address) << "and it is the block's own";
  }
  for (const FdRecord& record : packed.records<FdRecord>(Region::fds)) {
    ASSERT_EQ(record.version.load() & 1, 0u);
    if (record.kind == Kind::none) continue;
    ASSERT_EQ(std::string(record.name, record.name_size),
              record.kind == Kind::file ? "a file, named at length" : "");
    ASSERT_TRUE(record.stack == 0 || stack_in(packed, record.stack).size() == 1);
  }
}

TEST(Stream, EveryRecordIsWholeWhileOthersWrite) {
  const OwnBooks books(256 * kMiB);
  const Writers writers;
  int dumps = 0;
  std::uint64_t last = 0;
  while (dumps < 25 && !HasFatalFailure()) {
    if (writers.events() < last + 1000) {
      std::this_thread::yield();
      continue;
    }
    last = writers.events();
    const Packed packed;
    ASSERT_TRUE(packed.is_written);
    ASSERT_NO_FATAL_FAILURE(check_whole(packed));
    ++dumps;
  }
}

TEST(Stream, ARecordLeftHalfWrittenIsLeftOut) {
  const OwnBooks books;
  const Caller caller = LEAKHOOK_CALLER;
  ledger::acquired_fd(caller, Kind::file, 5, "/five");
  ledger::acquired_fd(caller, Kind::file, 6, "/six");
  ledger::segment.records<FdRecord>(Region::fds)[5].version.fetch_add(1);  // its writer died here
  acquire_block(LEAKHOOK_FRAME, 160);
  for (std::uint64_t i = 0; i < 4096; ++i) {
    LiveRecord& record = ledger::segment.records<LiveRecord>(Region::live)[i];
    if (record.key.load() != 0) record.key.store(kBusyKey);
  }
  const Packed packed;
  EXPECT_EQ(packed.records<FdRecord>(Region::fds)[5].kind, Kind::none);
  EXPECT_EQ(packed.records<FdRecord>(Region::fds)[6].kind, Kind::file);
  for (const LiveRecord& record : packed.records<LiveRecord>(Region::live))
    ASSERT_EQ(record.key.load(), 0u);
}

TEST(Stream, TellsTheSizeOfWhatItLeavesOut) {
  const OwnBooks books;
  acquire_block(LEAKHOOK_FRAME, 160);
  const Packed packed;
  EXPECT_NE(packed.length(Region::stack_index), 0u);
  EXPECT_EQ(packed.length(Region::stack_index),
            ledger::segment.extent(Region::stack_index).committed.load());
}

TEST(Stream, SaysWhenTheOtherEndIsGone) {
  const OwnBooks books;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const auto before = signal(SIGPIPE, SIG_IGN);
  EXPECT_FALSE(write_stream(ends[1], {1, 0, 0}, stream_buffer));
  signal(SIGPIPE, before);
  close(ends[1]);
}

TEST(Stream, GoesThroughAPipeInPieces) {
  const OwnBooks books;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::uint64_t got = 0;
  std::thread reader([&] {
    char piece[777];
    for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0;)
      got += static_cast<std::uint64_t>(n);
  });
  EXPECT_TRUE(write_stream(ends[1], {1, 0, 0}, stream_buffer));
  close(ends[1]);
  reader.join();
  close(ends[0]);
  EXPECT_EQ(got, Packed().size);
}

}  // namespace
}  // namespace leakhook::life
