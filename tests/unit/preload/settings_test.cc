// SPDX-License-Identifier: Apache-2.0
// Does each setting mean what its text says, and does a bad one earn one line and the default?
#include "../../../preload/base/settings.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

namespace leakhook {
namespace {

std::vector<std::string> lines;
void note(const char* line) { lines.emplace_back(line); }

Settings settings_of(const std::vector<std::string>& environment) {
  std::vector<const char*> entries;
  for (const std::string& entry : environment) entries.push_back(entry.c_str());
  entries.push_back(nullptr);
  lines.clear();
  Settings settings;
  read_settings(entries.data(), &settings, note);
  return settings;
}

constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(Settings, NothingSetMeansTheDefaults) {
  lines.clear();
  Settings settings;
  read_settings(nullptr, &settings, note);
  EXPECT_TRUE(lines.empty());
  EXPECT_STREQ(settings.OUTPUT.value, "leakhook.%e.%p.%n");
  EXPECT_EQ(settings.SIGNAL.number, SIGUSR2);
  EXPECT_TRUE(settings.AT_EXIT);
  EXPECT_EQ(settings.SAMPLE, 1u);
  EXPECT_EQ(settings.KINDS.set, kAllKinds);
  EXPECT_EQ(settings.CHILDREN, Children::all);
  EXPECT_EQ(settings.CHILD_EXIT.nanoseconds, 10 * kSecond);
  EXPECT_STREQ(settings.DIR.value, "");
  EXPECT_TRUE(settings.START);
  EXPECT_STREQ(settings.EXPORTER.value, "");
  EXPECT_EQ(settings.MEMORY, 256u << 20);
  EXPECT_EQ(settings.ALLOCATOR, Allocator::system);
  EXPECT_EQ(settings.VERBOSE, 1u);
  EXPECT_FALSE(settings.HELP);
}

TEST(Settings, OtherVariablesAreNotOurs) {
  settings_of({"PATH=/bin", "LEAKHOOK=1", "LEAKHOOK_WITHOUT_VALUE", "XLEAKHOOK_SAMPLE=7"});
  EXPECT_TRUE(lines.empty());
}

struct BytesCase {
  const char* text;
  std::uint64_t value;  ///< 0: refused
};
class BytesSetting : public ::testing::TestWithParam<BytesCase> {};
TEST_P(BytesSetting, Means) {
  const auto [text, value] = GetParam();
  const Settings settings = settings_of({std::string("LEAKHOOK_SAMPLE=") + text});
  EXPECT_EQ(settings.SAMPLE, value != 0 ? value : 1) << text;
  EXPECT_EQ(lines.size(), value != 0 ? 0u : 1u) << text;
}
INSTANTIATE_TEST_SUITE_P(
    , BytesSetting,
    ::testing::Values(BytesCase{"1", 1}, BytesCase{"64KiB", 65536}, BytesCase{"64K", 65536},
                      BytesCase{"64kb", 65536}, BytesCase{"512MiB", 512u << 20},
                      BytesCase{"3M", 3u << 20}, BytesCase{"1GiB", 1u << 30}, BytesCase{"17B", 17},
                      BytesCase{"9007199254740991", (1ull << 53) - 1},
                      BytesCase{"9007199254740992", 0}, BytesCase{"9007199254740991G", 0},
                      BytesCase{"99999999999999999999", 0}, BytesCase{"0", 0}, BytesCase{"", 0},
                      BytesCase{"-1", 0}, BytesCase{"1.5M", 0}, BytesCase{"1TiB", 0},
                      BytesCase{"K", 0}, BytesCase{"1 K", 0}, BytesCase{"1Kx", 0}));

struct DurationCase {
  const char* text;
  std::uint64_t nanoseconds;
  bool is_good;
};
class DurationSetting : public ::testing::TestWithParam<DurationCase> {};
TEST_P(DurationSetting, Means) {
  const auto [text, nanoseconds, is_good] = GetParam();
  const Settings settings = settings_of({std::string("LEAKHOOK_CHILD_EXIT=") + text});
  EXPECT_EQ(settings.CHILD_EXIT.nanoseconds, is_good ? nanoseconds : 10 * kSecond) << text;
  EXPECT_EQ(lines.size(), is_good ? 0u : 1u) << text;
}
INSTANTIATE_TEST_SUITE_P(
    , DurationSetting,
    ::testing::Values(DurationCase{"0", 0, true}, DurationCase{"3", 3 * kSecond, true},
                      DurationCase{"3s", 3 * kSecond, true},
                      DurationCase{"500ms", kSecond / 2, true},
                      DurationCase{"2m", 120 * kSecond, true},
                      DurationCase{"2min", 120 * kSecond, true},
                      DurationCase{"1h", 3600 * kSecond, true},
                      DurationCase{"never", setting::Duration::kNever, true},
                      DurationCase{"NEVER", setting::Duration::kNever, true},
                      DurationCase{"9007199254740991h", 0, false}, DurationCase{"1d", 0, false},
                      DurationCase{"s", 0, false}, DurationCase{"", 0, false}));

struct SignalCase {
  const char* text;
  int number;  ///< −1: refused
};
class SignalSetting : public ::testing::TestWithParam<SignalCase> {};
TEST_P(SignalSetting, Means) {
  const auto [text, number] = GetParam();
  int parsed = -1;
  EXPECT_EQ(parse_signal(text, &parsed), number >= 0) << text;
  if (number >= 0) {
    EXPECT_EQ(parsed, number) << text;
  }
}
INSTANTIATE_TEST_SUITE_P(
    , SignalSetting,
    ::testing::Values(SignalCase{"USR2", SIGUSR2}, SignalCase{"SIGUSR1", SIGUSR1},
                      SignalCase{"sigusr1", SIGUSR1}, SignalCase{"12", 12}, SignalCase{"none", 0},
                      SignalCase{"RTMIN", SIGRTMIN}, SignalCase{"RTMIN+3", SIGRTMIN + 3},
                      SignalCase{"SIGRTMIN+3", SIGRTMIN + 3}, SignalCase{"RTMAX", SIGRTMAX},
                      SignalCase{"rtmax-1", SIGRTMAX - 1}, SignalCase{"RTMAX+1", -1},
                      SignalCase{"RTMIN-1", -1}, SignalCase{"RTMIN+99", -1},
                      SignalCase{"RTMIN+", -1}, SignalCase{"RTMIN+3x", -1}, SignalCase{"RTMI", -1},
                      SignalCase{"KILL", -1}, SignalCase{"9", -1}, SignalCase{"19", -1},
                      SignalCase{"0", -1}, SignalCase{"65", -1}, SignalCase{"12x", -1},
                      SignalCase{"", -1}, SignalCase{"SIG", -1}, SignalCase{"USR", -1}));

TEST(Settings, AValueThatIsTooLongIsSaidInOneLine) {
  const std::string fits(511, 'x'), longer(512, 'x');
  EXPECT_EQ(settings_of({("LEAKHOOK_OUTPUT=" + fits).c_str()}).OUTPUT.value, fits);
  EXPECT_TRUE(lines.empty());
  EXPECT_STREQ(settings_of({("LEAKHOOK_OUTPUT=" + longer).c_str()}).OUTPUT.value,
               "leakhook.%e.%p.%n");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "bad value in LEAKHOOK_OUTPUT=" + std::string(32, 'x') +
                          "... (512 characters, at most 511 are read): the default "
                          "\"leakhook.%e.%p.%n\" is used");
}

TEST(Settings, KindsAreLabelsAndProfiles) {
  EXPECT_EQ(settings_of({"LEAKHOOK_KINDS=heap"}).KINDS.set, bit_of(Kind::heap));
  EXPECT_EQ(settings_of({"LEAKHOOK_KINDS=eventfd,HEAP"}).KINDS.set,
            bit_of(Kind::heap) | bit_of(Kind::eventfd));
  EXPECT_EQ(settings_of({"LEAKHOOK_KINDS=other"}).KINDS.set, bit_of(Kind::other_fd));
  EXPECT_EQ(settings_of({"LEAKHOOK_KINDS=handle"}).KINDS.set, bit_of(Kind::semaphore));
  EXPECT_EQ(settings_of({"LEAKHOOK_KINDS=heap,all"}).KINDS.set, kAllKinds);
  KindSet descriptors = 0;
  for (const KindRow& row : kKindRows)
    if (row.profile == Profile::fd) descriptors |= bit_of(row.kind);
  EXPECT_EQ(settings_of({"LEAKHOOK_KINDS=fd"}).KINDS.set, descriptors);
  EXPECT_TRUE(lines.empty());
}

TEST(Settings, AnUnknownKindLeavesAllOfThem) {
  for (const char* text : {"heap,", "", ",", "heap,blocks", "heap;fd",
                           "a_word_that_is_much_longer_than_any_kind_of_ours"}) {
    EXPECT_EQ(settings_of({std::string("LEAKHOOK_KINDS=") + text}).KINDS.set, kAllKinds) << text;
    EXPECT_EQ(lines.size(), 1u) << text;
  }
}

TEST(Settings, FlagsLevelsAndChildren) {
  const Settings settings =
      settings_of({"LEAKHOOK_AT_EXIT=off", "LEAKHOOK_START=No", "LEAKHOOK_HELP=true",
                   "LEAKHOOK_VERBOSE=0", "LEAKHOOK_CHILDREN=exec", "LEAKHOOK_ALLOCATOR=MiMalloc"});
  EXPECT_TRUE(lines.empty());
  EXPECT_FALSE(settings.AT_EXIT);
  EXPECT_FALSE(settings.START);
  EXPECT_TRUE(settings.HELP);
  EXPECT_EQ(settings.VERBOSE, 0u);
  EXPECT_EQ(settings.CHILDREN, Children::exec);
  EXPECT_EQ(settings.ALLOCATOR, Allocator::mimalloc);
  EXPECT_EQ(settings_of({"LEAKHOOK_ALLOCATOR=system"}).ALLOCATOR, Allocator::system);
  EXPECT_EQ(settings_of({"LEAKHOOK_CHILDREN=none"}).CHILDREN, Children::none);
  EXPECT_EQ(settings_of({"LEAKHOOK_REACH=exit"}).REACH, ReachWhen::exit);
  EXPECT_EQ(settings_of({"LEAKHOOK_REACH=all"}).REACH, ReachWhen::all);
  EXPECT_EQ(settings_of({"LEAKHOOK_LABELS=path,fd"}).LABELS.set, kLabelFd | kLabelPath);
  EXPECT_EQ(settings_of({"LEAKHOOK_LABELS=path"}).LABELS.set, kLabelPath);
  EXPECT_EQ(settings_of({"LEAKHOOK_LABELS="}).LABELS.set, 0);
  for (const char* bad :
       {"LEAKHOOK_AT_EXIT=2", "LEAKHOOK_VERBOSE=10", "LEAKHOOK_VERBOSE=1x",
        "LEAKHOOK_CHILDREN=some", "LEAKHOOK_START=", "LEAKHOOK_ALLOCATOR=jemalloc",
        "LEAKHOOK_REACH=yes", "LEAKHOOK_LABELS=fd,", "LEAKHOOK_LABELS=reach"}) {
    const Settings fallback = settings_of({bad});
    EXPECT_EQ(lines.size(), 1u) << bad;
    EXPECT_TRUE(fallback.AT_EXIT && fallback.START) << bad;
    EXPECT_EQ(fallback.VERBOSE, 1u) << bad;
    EXPECT_EQ(fallback.CHILDREN, Children::all) << bad;
    EXPECT_EQ(fallback.ALLOCATOR, Allocator::system) << bad;
    EXPECT_EQ(fallback.REACH, ReachWhen::off) << bad;
    EXPECT_EQ(fallback.LABELS.set, 0) << bad;
  }
}

TEST(Settings, ABadValueIsNamedWithItsDefault) {
  settings_of({"LEAKHOOK_SAMPLE=often"});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "bad value in LEAKHOOK_SAMPLE=often: the default \"1\" is used");
}

TEST(Settings, TheNearestKnownNameIsSuggested) {
  const struct {
    const char* typed;
    const char* meant;
  } cases[] = {{"SAMPEL", "SAMPLE"},
               {"OUTPT", "OUTPUT"},
               {"ATEXIT", "AT_EXIT"},
               {"kinds", "KINDS"},
               {"SIGNALS", "SIGNAL"}};
  for (const auto& one : cases) {
    settings_of({std::string("LEAKHOOK_") + one.typed + "=1"});
    ASSERT_EQ(lines.size(), 1u) << one.typed;
    EXPECT_EQ(lines[0], std::string("unknown setting LEAKHOOK_") + one.typed +
                            ": did you mean LEAKHOOK_" + one.meant + "?");
  }
}

TEST(Settings, NamesOfAnyLengthAreSurvived) {
  settings_of({"LEAKHOOK_" + std::string(5000, 'A') + "=1", "LEAKHOOK_=1"});
  EXPECT_EQ(lines.size(), 2u);
}

TEST(Settings, TextKeepsWhatFitsWhole) {
  const std::string fits(511, 'x');
  EXPECT_EQ(settings_of({"LEAKHOOK_OUTPUT=" + fits}).OUTPUT.value, fits);
  EXPECT_TRUE(lines.empty());
  EXPECT_STREQ(settings_of({"LEAKHOOK_OUTPUT=" + fits + "x"}).OUTPUT.value, "leakhook.%e.%p.%n");
  EXPECT_EQ(lines.size(), 1u);
  EXPECT_STREQ(settings_of({"LEAKHOOK_DIR="}).DIR.value, "");
  EXPECT_TRUE(lines.empty());
  EXPECT_STREQ(settings_of({"LEAKHOOK_OUTPUT=a=b"}).OUTPUT.value, "a=b");
}

TEST(Settings, TheLastOfTwoEqualNamesCounts) {
  EXPECT_EQ(settings_of({"LEAKHOOK_SAMPLE=2", "LEAKHOOK_SAMPLE=3"}).SAMPLE, 3u);
}

TEST(Settings, TheTableHasALineForEachRow) {
  lines.clear();
  print_settings(note);
  std::size_t rows = 0;
#define SETTING(NAME, type, fallback, meaning) \
  ASSERT_LT(rows, lines.size());               \
  EXPECT_EQ(lines[rows++], "LEAKHOOK_" #NAME "=" fallback "  (" #type "): " meaning);
#include "../../../preload/contract/settings.def"
  EXPECT_EQ(lines.size(), rows);
}

}  // namespace
}  // namespace leakhook
