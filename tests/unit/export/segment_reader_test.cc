// SPDX-License-Identifier: Apache-2.0
// Both forms are read whole, and whatever contradicts itself is refused with a reason.
#include "../../../export/segment_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "segment_builder.h"

namespace leakhook {
namespace {

using testing::SegmentBuilder;
using testing::TemporaryFolder;

/// The error of reading `bytes` as a file; "" when they were accepted.
std::string error_of_file(const std::string& bytes, Segment* segment) {
  const TemporaryFolder folder;
  testing::write_file(folder / "x.lhk", bytes);
  const int fd = open((folder / "x.lhk").c_str(), O_RDONLY | O_CLOEXEC);
  const std::string error = read_segment(fd, segment, nullptr);
  close(fd);
  return error;
}

std::string error_of_file(const std::string& bytes) {
  Segment segment;
  return error_of_file(bytes, &segment);
}

std::string error_of_pipe(const std::string& bytes, Segment* segment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
  std::thread writer([&] {
    std::size_t done = 0;
    // Odd pieces, as a pipe may hand them out.
    while (done < bytes.size()) {
      const ssize_t n =
          write(ends[1], bytes.data() + done, std::min<std::size_t>(977, bytes.size() - done));
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    close(ends[1]);
  });
  const std::string error = read_segment(ends[0], segment, nullptr);
  char rest[4096];
  while (read(ends[0], rest, sizeof rest) > 0) {
  }
  writer.join();
  close(ends[0]);
  return error;
}

SegmentBuilder small_segment() {
  SegmentBuilder builder;
  const StackId stack = builder.stack({testing::place(0x1000)});
  for (int i = 0; i < 1000; ++i) builder.live(0x10000 + 16 * i, 32, stack);
  builder.count(stack, 1000, 32000);
  builder.fd(5, Kind::eventfd, stack);
  return builder;
}

void expect_small_segment(const Segment& segment) {
  EXPECT_EQ(segment.records<LiveBucket>(Region::live).size(), 250u);
  EXPECT_EQ(segment.records<StackRecord>(Region::stacks)[1].depth, 1);
  EXPECT_EQ(std::uint64_t{segment.records<Node>(Region::nodes)[1].place}, 0x1000u);
  EXPECT_EQ(segment.records<FdRecord>(Region::fds)[5].kind, Kind::eventfd);
  EXPECT_EQ(segment.records<StackCounts>(Region::counts)[1].objects, 1000u);
}

TEST(SegmentReader, ReadsPackedFile) {
  Segment segment;
  ASSERT_EQ(error_of_file(small_segment().packed(), &segment), "");
  expect_small_segment(segment);
  EXPECT_TRUE(segment.is_old_dump());
}

TEST(SegmentReader, ReadsPackedPipe) {
  Segment segment;
  ASSERT_EQ(error_of_pipe(small_segment().packed(), &segment), "");
  expect_small_segment(segment);
  EXPECT_FALSE(segment.is_old_dump());
}

TEST(SegmentReader, ReadsSpreadFile) {
  Segment segment;
  ASSERT_EQ(error_of_file(small_segment().spread(), &segment), "");
  expect_small_segment(segment);
  EXPECT_FALSE(segment.is_old_dump());
  EXPECT_NE(segment.file_time_ns(), 0u);
}

TEST(SegmentReader, ReadsHolesAsZeros) {
  SegmentBuilder builder = small_segment();
  const std::string bytes = builder.spread();
  const auto& live = builder.header().regions[static_cast<int>(Region::live)];
  const TemporaryFolder folder;
  const int fd = open((folder / "x").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(ftruncate(fd, static_cast<off_t>(bytes.size())), 0);
  // Everything but the live region is there.
  ASSERT_EQ(pwrite(fd, bytes.data(), live.offset, 0), static_cast<ssize_t>(live.offset));
  const std::uint64_t behind = live.offset + live.reserved;
  ASSERT_GT(pwrite(fd, bytes.data() + behind, bytes.size() - behind, static_cast<off_t>(behind)),
            0);
  Segment segment;
  ASSERT_EQ(read_segment(fd, &segment, nullptr), "");
  close(fd);
  EXPECT_EQ(segment.records<StackRecord>(Region::stacks)[1].depth, 1);
  ASSERT_EQ(segment.records<LiveBucket>(Region::live).size(), 250u);
  EXPECT_EQ(segment.records<LiveBucket>(Region::live)[249].records[3].key.load(), 0u);
}

TEST(SegmentReader, TellsTheHeaderBeforeTheRegions) {
  SegmentBuilder builder = small_segment();
  builder.header().pid = 4711;
  const TemporaryFolder folder;
  testing::write_file(folder / "x", builder.packed());
  const int fd = open((folder / "x").c_str(), O_RDONLY | O_CLOEXEC);
  Segment segment;
  int pid = 0;
  off_t position = 0;
  ASSERT_EQ(read_segment(fd, &segment,
                         [&](const Header& header) {
                           pid = header.pid;
                           position = lseek(fd, 0, SEEK_CUR);
                         }),
            "");
  close(fd);
  EXPECT_EQ(pid, 4711);
  EXPECT_EQ(position, static_cast<off_t>(kHeaderSize));
}

TEST(SegmentReader, RefusesWhatIsNoSegment) {
  EXPECT_NE(error_of_file(""), "");
  EXPECT_NE(error_of_file("hello"), "");
  EXPECT_NE(error_of_file(std::string(100000, '\0')), "");
  EXPECT_NE(error_of_file(small_segment().packed().substr(0, 5000)), "");
}

TEST(SegmentReader, RefusesEveryCut) {
  const std::string packed = small_segment().packed();
  for (std::size_t size = 0; size < packed.size(); size += 511) {
    Segment segment;
    EXPECT_NE(error_of_file(packed.substr(0, size)), "") << size;
    EXPECT_NE(error_of_pipe(packed.substr(0, size), &segment), "") << size;
  }
  SegmentBuilder builder = small_segment();
  EXPECT_NE(error_of_file(builder.spread().substr(0, builder.header().regions[8].offset)), "");
}

TEST(SegmentReader, SaysWhichLayoutItReads) {
  SegmentBuilder builder = small_segment();
  builder.header().layout_version = kLayoutVersion + 1;
  EXPECT_NE(error_of_file(builder.packed()).find("layout " + std::to_string(kLayoutVersion + 1)),
            std::string::npos);
}

TEST(SegmentReader, RefusesContradictions) {
  using Damage = void (*)(Header&);
  const Damage damages[] = {
      [](Header& h) { h.magic ^= 1; },
      [](Header& h) { h.header_size = 4096; },
      [](Header& h) { h.packed = 7; },
      [](Header& h) { h.pid = 0; },
      [](Header& h) { h.regions[3].committed = std::uint64_t{1} << 60; },
      [](Header& h) { h.regions[3].committed = ~std::uint64_t{0}; },
      [](Header& h) { h.regions[6].committed = std::uint64_t{20} << 30; },
  };
  for (std::size_t i = 0; i < std::size(damages); ++i) {
    for (const bool is_packed : {true, false}) {
      std::string bytes = is_packed ? small_segment().packed() : small_segment().spread();
      damages[i](reinterpret_cast<Header&>(*bytes.data()));
      EXPECT_NE(error_of_file(bytes), "") << i << is_packed;
    }
  }
}

TEST(SegmentReader, RefusesImpossibleExtents) {
  using Damage = void (*)(RegionExtent&, const RegionExtent&);
  const Damage damages[] = {
      [](RegionExtent& r, const RegionExtent&) { r.offset = 0; },
      [](RegionExtent& r, const RegionExtent&) { r.offset += 8; },
      [](RegionExtent& r, const RegionExtent&) {
        r.offset = ~std::uint64_t{0} & ~std::uint64_t{4095};
      },
      [](RegionExtent& r, const RegionExtent&) { r.reserved = 0; },
      [](RegionExtent& r, const RegionExtent& other) { r.offset = other.offset; },
      [](RegionExtent& r, const RegionExtent&) { r.committed = r.reserved = 1 << 30; },
  };
  for (std::size_t i = 0; i < std::size(damages); ++i) {
    std::string bytes = small_segment().spread();
    Header& header = reinterpret_cast<Header&>(*bytes.data());
    damages[i](header.regions[static_cast<int>(Region::live)],
               header.regions[static_cast<int>(Region::stacks)]);
    EXPECT_NE(error_of_file(bytes), "") << i;
  }
}

TEST(SegmentReader, SpendsNoMemoryOnPromises) {
  std::string bytes = small_segment().packed();
  reinterpret_cast<Header&>(*bytes.data()).regions[3].committed = std::uint64_t{8} << 30;
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  Segment segment;
  EXPECT_NE(error_of_pipe(bytes, &segment), "");
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);
}

TEST(SegmentReader, SpreadStreamIsRefused) {
  Segment segment;
  EXPECT_NE(error_of_pipe(small_segment().spread(), &segment), "");
}

}  // namespace
}  // namespace leakhook
