// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a segment holds, profiles come out valid or not at all.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <random>

#include "../../../export/dump_profiles.h"
#include "profile_text.h"
#include "segment_fixture.h"

namespace leakhook {
namespace {

using testing::LoadedSegment;
using testing::place;
using testing::ProfileText;
using testing::SegmentBuilder;

SegmentBuilder rich_segment() {
  SegmentBuilder builder;
  const ModuleId app = builder.module("/opt/bin/service", "\x12\xab", 0x300000, 0x10000, 0x300000);
  std::vector<StackId> stacks;
  for (std::uint64_t i = 0; i < 40; ++i)
    stacks.push_back(builder.stack(
        {place(0x300001 + i, app), place(0x301000 + i % 5, app), place(0x7f0000000000 + i)},
        i % 4));
  const NameId name = builder.name("worker");
  for (std::uint64_t i = 0; i < 400; ++i)
    builder.live(0x10000 + 16 * i, i * i, stacks[i % 40], name, i);
  for (std::uint64_t i = 0; i < 400; i += 3)
    builder.reach(0x10000 + 16 * i, i * i, stacks[i % 40],
                  i % 2 ? Reach::indirect : Reach::definite, static_cast<std::uint32_t>(i / 6 * 2));
  for (const StackId stack : stacks) builder.count(stack, 20, 200000, stack % 4);
  for (int fd = 0; fd < 20; ++fd)
    builder.fd(fd, static_cast<Kind>(2 + fd % 14), stacks[fd]).name_form = fd % 3;
  for (int i = 0; i < 8; ++i) builder.thread(ThreadState::running, 100 + i, stacks[i]);
  for (int i = 0; i < 8; ++i)
    builder.resource(static_cast<Kind>(i % 20 + 1), 0x1000 + i, stacks[i]).size = 4096;
  for (int i = 0; i < 8; ++i) builder.mark(stacks[i], "Suite.Test" + std::to_string(i));
  for (int i = 0; i < 8; ++i)
    builder.misuse(static_cast<MisuseKind>(1 + i % 5), static_cast<Kind>(i % 20), stacks[i])
        .closed = stacks[i + 8];
  return builder;
}

void expect_valid(const ProfileText& text) {
  ASSERT_TRUE(text.is_valid);
  const auto& profile = text.profile;
  for (const auto& sample : profile.sample()) {
    ASSERT_EQ(sample.value_size(), profile.sample_type_size());
    ASSERT_GT(sample.location_id_size(), 0);
    for (const std::int64_t value : sample.value()) ASSERT_GE(value, 0);
    for (const std::uint64_t id : sample.location_id())
      ASSERT_LE(id, static_cast<std::uint64_t>(profile.location_size()));
  }
  for (const auto& mapping : profile.mapping())
    ASSERT_LT(mapping.memory_start(), mapping.memory_limit());
  for (const std::string& string : profile.string_table()) ASSERT_EQ(presentable(string), string);
}

/// False: the reader refused the bytes.
bool survives(const std::string& bytes) {
  const LoadedSegment loaded(bytes);
  if (!loaded.error.empty()) return false;
  const auto resources = open_resources(loaded.view, {});
  const DumpProfiles dump =
      make_profiles(loaded.view, resources, DebugFiles({}, false), {kLabelFd | kLabelPath, {}});
  for (const FinishedProfile& profile : dump.profiles) expect_valid(ProfileText(profile.bytes));
  return true;
}

TEST(HostileSegment, RichSegmentIsFine) {
  EXPECT_TRUE(survives(rich_segment().packed()));
  EXPECT_TRUE(survives(rich_segment().spread()));
}

TEST(HostileSegment, FlippedBytesEverywhere) {
  const std::string good = rich_segment().packed();
  int accepted = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::string bad = good;
    const unsigned flips = 1 + random() % 64;
    for (unsigned i = 0; i < flips; ++i)
      bad[64 + random() % (bad.size() - 64)] = static_cast<char>(random());
    accepted += survives(bad);
  }
  EXPECT_GT(accepted, 100);
}

TEST(HostileSegment, NoiseBehindAGoodHeader) {
  const std::string good = rich_segment().packed();
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    std::string bad = good;
    for (std::size_t i = kHeaderSize; i < bad.size(); ++i) bad[i] = static_cast<char>(random());
    EXPECT_TRUE(survives(bad)) << seed;
  }
}

TEST(HostileSegment, EveryWordOfTheHeader) {
  const std::string good = rich_segment().packed();
  for (std::size_t at = 0; at + 8 <= sizeof(Header); at += 8) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 31}) {
      std::string bad = good;
      std::memcpy(bad.data() + at, &value, 8);
      survives(bad);
    }
  }
}

TEST(HostileSegment, EveryWordOfASpreadHeader) {
  const std::string good = rich_segment().spread();
  for (std::size_t at = offsetof(Header, regions); at + 8 <= sizeof(Header); at += 8) {
    for (const std::uint64_t value :
         {~std::uint64_t{0}, std::uint64_t{4096}, std::uint64_t{1} << 40}) {
      std::string bad = good;
      std::memcpy(bad.data() + at, &value, 8);
      survives(bad);
    }
  }
}

TEST(HostileSegment, TextsOfNoise) {
  SegmentBuilder builder = rich_segment();
  for (char& c : builder.header().command) c = '\xfe';
  for (char& c : builder.header().executable) c = '\n';
  for (char& c : builder.at<ModuleRecord>(Region::modules, 1).path) c = '\x80';
  for (char& c : builder.at<MarkRecord>(Region::marks, 1).text) c = '\xe2';
  for (char& c : builder.at<NameRecord>(Region::names, 1).text) c = '\xc3';
  EXPECT_TRUE(survives(builder.packed()));
}

}  // namespace
}  // namespace leakhook
