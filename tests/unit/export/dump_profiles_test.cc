// SPDX-License-Identifier: Apache-2.0
// Every convention that a reader of our profiles relies on.
#include "../../../export/dump_profiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "../../../export/elf_file.h"
#include "../../../export/profile_writer.h"
#include "profile_text.h"
#include "segment_fixture.h"

namespace leakhook {
namespace {

using testing::LoadedSegment;
using testing::place;
using testing::ProfileText;
using testing::SampleText;
using testing::SegmentBuilder;

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;
using LabelTexts = std::map<std::string, std::string>;

class DumpProfilesTest : public ::testing::Test {
 protected:
  DumpProfilesTest() {
    library_ = builder_.module("/usr/lib/libwork.so", "\x0a\xff", 0x400000, 0x1000, 0x400000);
    app_ = builder_.module("/opt/bin/service", "\x12\xab", 0x300000, 0x1000, 0x300000);
    stack_ = builder_.stack({place(0x400011, library_), place(0x300011, app_)});
  }

  void make(std::uint8_t labels = 0, KernelTables tables = {}) {
    const LoadedSegment loaded(builder_.packed());
    ASSERT_EQ(loaded.error, "");
    DumpOptions options;
    options.labels = labels;
    options.notes = {"a note"};
    dump_ = make_profiles(loaded.view, open_resources(loaded.view, tables), DebugFiles({}, false),
                          options);
  }

  ProfileText profile(const std::string& name) const {
    const auto found = std::find_if(dump_.profiles.begin(), dump_.profiles.end(),
                                    [&](const auto& p) { return p.name == name; });
    return ProfileText(found == dump_.profiles.end() ? "" : found->bytes);
  }

  Texts names() const {
    Texts names;
    for (const FinishedProfile& profile : dump_.profiles) names.push_back(profile.name);
    return names;
  }

  SegmentBuilder builder_;
  ModuleId library_, app_;
  StackId stack_;
  DumpProfiles dump_;
};

TEST_F(DumpProfilesTest, EmptyDumpHasTheFivePromisedProfiles) {
  make();
  EXPECT_EQ(names(), (Texts{"heap", "mapping", "fd", "thread", "timer"}));
  for (const std::string& name : names()) {
    EXPECT_TRUE(profile(name).samples.empty());
    EXPECT_FALSE(profile(name).types().empty());
  }
}

TEST_F(DumpProfilesTest, OtherProfilesWhenUsed) {
  builder_.resource(Kind::process, 11, stack_);
  builder_.resource(Kind::library, 12, stack_).size = 3;
  builder_.resource(Kind::semaphore, 13, stack_);
  make();
  EXPECT_EQ(names(),
            (Texts{"heap", "mapping", "fd", "thread", "timer", "process", "library", "handle"}));
  EXPECT_EQ(profile("process").types(), Texts{"child_processes/count"});
  EXPECT_EQ(profile("library").types(), Texts{"open_libraries/count"});
  EXPECT_EQ(profile("handle").types(), Texts{"open_handles/count"});
  EXPECT_EQ(profile("library").samples[0].values, Numbers{1});
}

TEST_F(DumpProfilesTest, TypesPeriodsAndTimes) {
  make();
  EXPECT_EQ(profile("heap").types(), (Texts{"alloc_objects/count", "alloc_space/bytes",
                                            "inuse_objects/count", "inuse_space/bytes"}));
  EXPECT_EQ(profile("mapping").types(), (Texts{"mappings/count", "mapped_space/bytes"}));
  EXPECT_EQ(profile("fd").types(), Texts{"open_fds/count"});
  EXPECT_EQ(profile("thread").types(), Texts{"live_threads/count"});
  EXPECT_EQ(profile("timer").types(), Texts{"live_timers/count"});
  for (const std::string& name : names()) {
    const ProfileText text = profile(name);
    EXPECT_EQ(text.text(text.profile.default_sample_type()) + "/",
              text.types().back().substr(0, text.types().back().find('/') + 1));
    EXPECT_EQ(text.profile.period(), 1);
    EXPECT_EQ(text.profile.duration_nanos(), 0);
    EXPECT_EQ(text.profile.time_nanos(), 1'700'000'100'000'000'000);
  }
  const ProfileText heap = profile("heap");
  EXPECT_EQ(heap.text(heap.profile.period_type().type()), "space");
  EXPECT_EQ(heap.text(heap.profile.period_type().unit()), "bytes");
}

TEST_F(DumpProfilesTest, HeapValuesAndLabels) {
  const NameId worker = builder_.name("worker");
  builder_.live(0x1000, 100, stack_, worker);
  builder_.live(0x2000, 100, stack_, worker);
  builder_.live(0x3000, 50, stack_, worker);
  builder_.count(stack_, 10, 1000);
  make();
  const ProfileText heap = profile("heap");
  ASSERT_EQ(heap.samples.size(), 3u);
  EXPECT_EQ(heap.samples[0].values, (Numbers{2, 200, 2, 200}));
  EXPECT_EQ(
      heap.samples[0].labels,
      (LabelTexts{
          {"kind", "heap"}, {"thread", "worker"}, {"age", "60 seconds"}, {"bytes", "100 bytes"}}));
  EXPECT_EQ(heap.samples[1].values, (Numbers{1, 50, 1, 50}));
  EXPECT_EQ(heap.samples[2].values, (Numbers{7, 750, 0, 0}));
  EXPECT_EQ(heap.samples[2].labels, (LabelTexts{{"kind", "heap"}}));
  EXPECT_EQ(dump_.summary.heap_blocks, 3);
  EXPECT_EQ(dump_.summary.heap_bytes, 250);
}

TEST_F(DumpProfilesTest, AMarkIsALabelOfAllThatIsHeld) {
  const StackId again = builder_.stack({place(0x400011, library_), place(0x300011, app_)});
  builder_.mark(again, "Orders.Print");
  builder_.live(0x1000, 100, stack_);
  builder_.live(0x2000, 100, again);
  builder_.fd(5, Kind::file, again);
  builder_.fd(6, Kind::file, stack_);
  builder_.misuse(MisuseKind::double_close, Kind::file, again);
  make();
  for (const char* name : {"heap", "fd"}) {
    const ProfileText text = profile(name);
    ASSERT_EQ(text.samples.size(), 2u) << name;
    EXPECT_EQ(text.samples[0].labels.count("mark") + text.samples[1].labels.count("mark"), 1u);
    const auto& marked = text.samples[text.samples[0].labels.count("mark") ? 0 : 1];
    EXPECT_EQ(marked.labels.at("mark"), "Orders.Print") << name;
    EXPECT_EQ(text.samples[0].frames, text.samples[1].frames) << name;
  }
  EXPECT_EQ(profile("misuse").samples.at(0).labels.at("mark"), "Orders.Print");
}

TEST_F(DumpProfilesTest, StackWithoutLiveBlocksIsASample) {
  builder_.count(stack_, 4, 40);
  make();
  EXPECT_EQ(profile("heap").samples[0].values, (Numbers{4, 40, 0, 0}));
}

TEST_F(DumpProfilesTest, SampledHeapSaysItsDistance) {
  builder_.header().settings.sample_bytes = 524288;
  builder_.live(0x1000, 1 << 26, stack_);
  make();
  EXPECT_EQ(profile("heap").profile.period(), 524288);
  EXPECT_EQ(profile("fd").profile.period(), 1);
  EXPECT_TRUE(
      profile("heap").has_comment("mode: sampled, one heap block per 524288 bytes on average"));
  EXPECT_EQ(profile("heap").samples[0].values, (Numbers{1, 1 << 26, 1, 1 << 26}));
  EXPECT_TRUE(profile("heap").has_comment("inuse_objects: 1 blocks, standard error 0"));
  EXPECT_TRUE(profile("heap").has_comment("inuse_space: 67108864 bytes, standard error 0"));
}

TEST_F(DumpProfilesTest, SampledHeapSaysHowFarItMayBeOff) {
  builder_.header().settings.sample_bytes = 1000;
  for (int i = 0; i < 4; ++i) builder_.live(0x1000 * (i + 1), 99, stack_);
  make();  // p = 1 - e^-0.1, w = 10.5083, sqrt(4 w (w - 1)) = 19.992
  EXPECT_TRUE(profile("heap").has_comment("inuse_objects: 42 blocks, standard error 20"));
  EXPECT_TRUE(profile("heap").has_comment("inuse_space: 4161 bytes, standard error 1979"));
}

TEST_F(DumpProfilesTest, EqualStacksAndLabelsAreOneSample) {
  const StackId same = builder_.stack({place(0x400011, library_), place(0x300011, app_)});
  builder_.fd(4, Kind::eventfd, stack_);
  builder_.fd(5, Kind::eventfd, same);
  builder_.fd(6, Kind::pipe, same);
  make();
  const ProfileText fds = profile("fd");
  ASSERT_EQ(fds.samples.size(), 2u);
  EXPECT_EQ(fds.samples[0].values, Numbers{2});
  EXPECT_EQ(fds.samples[0].labels.at("kind"), "eventfd");
}

TEST_F(DumpProfilesTest, FdNumberAndPathOnRequestOnly) {
  FdRecord& record = builder_.fd(0, Kind::file, stack_);
  std::copy_n("/tmp/\xff", 6, record.name);
  record.name_size = 6;
  record.name_form = static_cast<std::uint8_t>(NameForm::path);
  make();
  EXPECT_EQ(profile("fd").samples[0].labels, (LabelTexts{{"kind", "file"}, {"age", "60 seconds"}}));
  make(kLabelFd | kLabelPath);
  EXPECT_EQ(
      profile("fd").samples[0].labels,
      (LabelTexts{
          {"kind", "file"}, {"age", "60 seconds"}, {"fd", "0 fd"}, {"path", "/tmp/\xef\xbf\xbd"}}));
}

TEST_F(DumpProfilesTest, OriginsAreLabelsAndFrames) {
  builder_.fd(0, Kind::other_fd, 0).flags = kFdInherited;
  KernelTables tables;
  tables.fds.before = tables.fds.after =
      std::map<int, std::string>{{0, "/dev/null"}, {7, "pipe:[1]"}};
  make(0, tables);
  const ProfileText fds = profile("fd");
  EXPECT_EQ(fds.sample_of("[inherited]").labels.at("origin"), "inherited");
  EXPECT_EQ(fds.sample_of("[untracked]").labels,
            (LabelTexts{{"kind", "pipe"}, {"origin", "untracked"}}));
}

TEST_F(DumpProfilesTest, MappingsHaveTwoValues) {
  builder_.resource(Kind::mapping, 0x1000, stack_).size = 8192;
  builder_.resource(Kind::mapping, 0x9000, stack_).size = 4096;
  make();
  EXPECT_EQ(profile("mapping").samples[0].values, (Numbers{2, 12288}));
}

TEST_F(DumpProfilesTest, AMisuseHasAValueForEachOfItsStacks) {
  MisuseRecord& record = builder_.misuse(MisuseKind::double_close, Kind::socket, stack_);
  record.closed = builder_.stack({place(0x1)}), record.opened = builder_.stack({place(0x2)});
  record.count = 3, record.identity = 7;
  make(kLabelFd);
  const ProfileText misuses = profile("misuse");
  EXPECT_EQ(misuses.types(),
            (std::vector<std::string>{"opened/count", "closed_before/count", "misuses/count"}));
  ASSERT_EQ(misuses.samples.size(), 3u);
  for (const auto& sample : misuses.samples)
    EXPECT_EQ(sample.labels, (LabelTexts{{"misuse", "double_close"},
                                         {"kind", "socket"},
                                         {"age", "60 seconds"},
                                         {"fd", "7 fd"},
                                         {"case", "1 case"}}));
  EXPECT_EQ(misuses.samples[0].values, (Numbers{0, 0, 3}));
  EXPECT_EQ(misuses.samples[1].values, (Numbers{0, 3, 0}));
  EXPECT_EQ(misuses.samples[2].values, (Numbers{3, 0, 0}));
}

TEST_F(DumpProfilesTest, MisusesThatSweepOrContradictThemselvesAreLeftOut) {
  builder_.misuse(MisuseKind::double_close, Kind::file, stack_).count = 0;
  builder_.misuse(MisuseKind::count, Kind::file, stack_);
  builder_.misuse(MisuseKind::double_close, Kind::count, stack_);
  make();
  EXPECT_EQ(dump_.summary.misuses, 0u);
  EXPECT_EQ(names().size(), 5u) << "no profile of misuses";
}

TEST_F(DumpProfilesTest, CommentsTellWhatWasLost) {
  builder_.header().counters[static_cast<int>(Counter::stacks_cut)] = 3;
  builder_.header().libc_hooked = 0;
  builder_.live(0x1000, 1, 77);  // a stack that is not there
  make();
  for (const std::string& name : names()) {
    const ProfileText text = profile(name);
    EXPECT_EQ(text.comments()[0], std::string("leakhook ") + LEAKHOOK_VERSION);
    for (const char* comment :
         {"mode: exact", "pid: 2147483632", "process start: 12345", "command: service --fast",
          "dump: 1", "stacks_cut: 3 (stacks cut at the frame limit)",
          "the program's own allocator is not seen", "a note",
          "damaged records: 1 (left out, or shown without a stack or a word)"})
      EXPECT_TRUE(text.has_comment(comment)) << name << ": " << comment;
    EXPECT_EQ(text.comments().size(), 12u);
  }
}

TEST_F(DumpProfilesTest, StacksThatLookTheSameShareTheirSamples) {
  const StackId one = builder_.stack({place(0x300010, app_), place(0x300020, app_)});
  const StackId same = builder_.stack({place(0x300010, app_), place(0x300020, app_)});
  builder_.live(0x1000, 8, one);
  builder_.live(0x2000, 8, same);
  builder_.live(0x3000, 9, same);
  builder_.count(one, 3, 24);
  builder_.count(same, 4, 33);
  make();
  const ProfileText heap = profile("heap");
  ASSERT_EQ(heap.samples.size(), 3u);  // 8 bytes, 9 bytes, what is gone
  EXPECT_EQ(heap.samples[0].values, (Numbers{2, 16, 2, 16}));
  EXPECT_EQ(heap.samples[1].values, (Numbers{1, 9, 1, 9}));
  EXPECT_EQ(heap.samples[2].values, (Numbers{4, 32, 0, 0}));
}

TEST_F(DumpProfilesTest, ThreadsOfOneNameShareTheirSamples) {
  const NameId a = builder_.name("worker");
  const NameId b = builder_.name("worker");
  builder_.live(0x1000, 8, stack_, a);
  builder_.live(0x2000, 8, stack_, b);
  builder_.live(0x3000, 8, stack_);
  make();
  const ProfileText heap = profile("heap");
  ASSERT_EQ(heap.samples.size(), 2u);
  EXPECT_EQ(heap.samples[0].values, (Numbers{2, 16, 2, 16}));
  EXPECT_EQ(heap.samples[1].values, (Numbers{1, 8, 1, 8}));
}

TEST_F(DumpProfilesTest, CommentsTellWhatTheBooksTake) {
  builder_.live(0x1000, 1, stack_);
  builder_.live(0x2000, 1, stack_);
  Header& header = builder_.header();
  header.settings.sample_bytes = 1 << 20;  // records are counted, not what they stand for
  header.committed_total = 1001;
  header.regions[static_cast<int>(Region::stacks)].used = 1 + 4;
  header.regions[static_cast<int>(Region::nodes)].used = 1 + 10;
  builder_.bytes(Region::stack_index).resize(128);
  make();
  for (const std::string& name : names()) {
    const ProfileText text = profile(name);
    EXPECT_TRUE(
        text.has_comment("stack table: 4 stacks, 10 nodes, 312 bytes, 78.0 per distinct stack"));
    EXPECT_TRUE(text.has_comment("segment: 1001 bytes, 2 live heap records, 500.5 per record"));
  }
}

TEST_F(DumpProfilesTest, BooksOfNothingShareNothing) {
  make();
  const ProfileText text = profile("heap");
  EXPECT_TRUE(text.has_comment("stack table: 0 stacks, 0 nodes, 0 bytes, 0 per distinct stack"));
  EXPECT_TRUE(text.has_comment("segment: 0 bytes, 0 live heap records, 0 per record"));
}

TEST_F(DumpProfilesTest, CommentNamesTheAllocatorThatWeBrought) {
  make();
  EXPECT_FALSE(profile("heap").has_comment("allocator: mimalloc (LEAKHOOK_ALLOCATOR)"));
  builder_.header().settings.allocator = Allocator::mimalloc;
  make();
  EXPECT_TRUE(profile("heap").has_comment("allocator: mimalloc (LEAKHOOK_ALLOCATOR)"));
}

TEST_F(DumpProfilesTest, TablesAreInOrderAndMainIsFirst) {
  builder_.fd(4, Kind::eventfd, stack_);
  make();
  const auto fds = profile("fd").profile;
  const ProfileText text = profile("fd");
  ASSERT_EQ(fds.mapping_size(), 2);
  EXPECT_EQ(text.text(fds.mapping(0).filename()), "/opt/bin/service");
  EXPECT_EQ(text.text(fds.mapping(0).build_id()), "12ab");
  EXPECT_EQ(text.text(fds.mapping(1).build_id()), "0aff");
  EXPECT_EQ(fds.mapping(1).memory_start(), 0x400000u);
  EXPECT_EQ(fds.mapping(1).memory_limit(), 0x401000u);
  EXPECT_FALSE(fds.mapping(1).has_functions());  // only offsets are known
  for (int i = 0; i < fds.mapping_size(); ++i) EXPECT_EQ(fds.mapping(i).id(), i + 1u);
  for (int i = 0; i < fds.location_size(); ++i) EXPECT_EQ(fds.location(i).id(), i + 1u);
  for (int i = 0; i < fds.function_size(); ++i) EXPECT_EQ(fds.function(i).id(), i + 1u);
  EXPECT_EQ(fds.string_table(0), "");
  EXPECT_EQ(std::set<std::string>(fds.string_table().begin(), fds.string_table().end()).size(),
            static_cast<std::size_t>(fds.string_table_size()));
  EXPECT_EQ(fds.location(0).address(), 0x400010u);
}

TEST_F(DumpProfilesTest, LargestSamplesComeFirst) {
  for (int i = 1; i <= 20; ++i)
    builder_.live(0x1000 * i, 16 * (i * 7 % 23), builder_.stack({place(0x300000 + i, app_)}));
  make();
  const ProfileText heap = profile("heap");
  ASSERT_EQ(heap.samples.size(), 20u);
  EXPECT_TRUE(std::is_sorted(
      heap.samples.begin(), heap.samples.end(),
      [](const SampleText& a, const SampleText& b) { return a.values[3] > b.values[3]; }));
}

TEST_F(DumpProfilesTest, SameSegmentSameBytes) {
  for (int i = 1; i <= 200; ++i)
    builder_.live(0x1000 * i, 64, builder_.stack({place(0x300000 + i % 50, app_)}));
  make();
  const std::string first = dump_.profiles[0].bytes;
  make();
  EXPECT_EQ(dump_.profiles[0].bytes, first);
}

TEST_F(DumpProfilesTest, AddressesOutsideOfTheirModuleHaveNoMapping) {
  builder_.fd(4, Kind::eventfd, builder_.stack({place(0x900011, library_)}));
  make();
  EXPECT_EQ(profile("fd").profile.location(0).mapping_id(), 0u);
}

TEST_F(DumpProfilesTest, AnAddressBehindTheCodeHasAMappingThatHoldsIt) {
  const auto file = ElfFile::open(SAMPLE_PROGRAM);
  ASSERT_TRUE(file);
  const auto code = file->code_segments().at(0);
  const std::uint64_t bias = 0x500000000, behind = bias + code.address + code.size;
  const ModuleId begins_with_code = builder_.module(SAMPLE_PROGRAM, file->build_id(),
                                                    bias + code.address, code.size + 0x1000, bias);
  builder_.fd(4, Kind::eventfd,
              builder_.stack({place(behind - 15, begins_with_code),
                              place(behind + 17, begins_with_code)}));
  make();
  const auto fds = profile("fd").profile;
  ASSERT_EQ(fds.location_size(), 2);
  for (const auto& location : fds.location()) {
    ASSERT_NE(location.mapping_id(), 0u);
    const auto& mapping = fds.mapping(static_cast<int>(location.mapping_id()) - 1);
    EXPECT_LE(mapping.memory_start(), location.address());
    EXPECT_LT(location.address(), mapping.memory_limit());
  }
}

/// A lost list whose second node hangs below the first, a block that may be reached, one that is.
class ReachLabelsTest : public DumpProfilesTest {
 protected:
  ReachLabelsTest() {
    node_ = builder_.stack({place(0x300021, app_)});
    add(0x1000, 100, stack_, Reach::definite);
    add(0x2000, 50, node_, Reach::indirect, 0);
    builder_.live(0x3000, 40, node_);
    add(0x4000, 30, node_, Reach::possible, kNoLeader);
  }

  void add(std::uint64_t address, std::uint64_t size, StackId stack, Reach word,
           std::optional<std::uint32_t> leader = {}) {
    builder_.live(address, size, stack);
    if (leader)
      builder_.reach(address, size, stack, word, *leader);
    else
      builder_.reach(address, size, stack, word);
  }

  /// The labels reach and leak of each live sample, by its size.
  std::map<std::string, std::string> words() const {
    std::map<std::string, std::string> words;
    for (const SampleText& sample : profile("heap").samples) {
      const auto label = [&](const char* key) {
        return sample.labels.count(key) ? sample.labels.at(key) : "-";
      };
      words[label("bytes")] += label("reach") + std::string(" ") + label("leak");
    }
    return words;
  }

  StackId node_;
};

TEST_F(ReachLabelsTest, HeapSamplesSayTheirWordAndTheirLeak) {
  builder_.count(stack_, 5, 500);
  builder_.fd(3, Kind::eventfd, stack_);
  make();
  EXPECT_EQ(words(), (LabelTexts{{"100 bytes", "definite 1 leak"},
                                 {"50 bytes", "indirect 1 leak"},
                                 {"40 bytes", "reachable -"},
                                 {"30 bytes", "possible -"},
                                 {"-", "- -"}}))
      << "the last is what was given back";
  EXPECT_EQ(profile("fd").samples[0].labels,
            (LabelTexts{{"kind", "eventfd"}, {"age", "60 seconds"}}));
}

TEST_F(ReachLabelsTest, EachLabelKeyStandsOnce) {
  make();
  const auto heap = profile("heap").profile;
  std::set<std::int64_t> texts, numbers;
  for (const auto& sample : heap.sample()) {
    std::set<std::int64_t> keys;
    for (const auto& label : sample.label()) {
      EXPECT_TRUE(keys.insert(label.key()).second);
      EXPECT_TRUE(label.str() == 0 || (label.num() == 0 && label.num_unit() == 0));
      (label.str() ? texts : numbers).insert(label.key());
    }
  }
  for (const std::int64_t key : texts) EXPECT_EQ(numbers.count(key), 0u);
}

TEST_F(ReachLabelsTest, OneStackIsOneLeakAndAnotherIsAnother) {
  add(0x5000, 100, stack_, Reach::definite);
  add(0x6000, 20, node_, Reach::definite);
  add(0x7000, 10, stack_, Reach::indirect, 4);
  make();
  const auto found = words();
  EXPECT_EQ(found.at("10 bytes"), "indirect 1 leak");
  EXPECT_EQ(found.at("20 bytes"), "definite 1 leak");
  EXPECT_EQ(found.at("100 bytes"), "definite 2 leak") << "one sample of two blocks";
  EXPECT_EQ(found.at("50 bytes"), "indirect 2 leak");
}

/// Different places that a reader cannot tell apart, here one stack under two ids.
TEST_F(ReachLabelsTest, StacksThatLookTheSameAreOneLeak) {
  const StackId same = builder_.stack({place(0x400011, library_), place(0x300011, app_)});
  add(0x5000, 20, same, Reach::definite);
  add(0x6000, 50, node_, Reach::indirect, 3);
  make();
  const auto found = words();
  EXPECT_EQ(found.at("20 bytes"), "definite 1 leak");
  EXPECT_EQ(found.at("50 bytes"), "indirect 1 leak") << "one sample, not two with equal labels";
  for (const SampleText& sample : profile("heap").samples)
    EXPECT_EQ(sample.values[2], sample.labels.at("bytes") == "50 bytes" ? 2 : 1);
}

TEST_F(ReachLabelsTest, ALeakWithoutAStackHasANumberToo) {
  add(0x5000, 7, 0, Reach::definite);
  add(0x6000, 6, node_, Reach::indirect, 3);
  make();
  EXPECT_EQ(words().at("7 bytes"), "definite 1 leak");
  EXPECT_EQ(words().at("6 bytes"), "indirect 1 leak");
  EXPECT_EQ(words().at("100 bytes"), "definite 2 leak");
}

/// The leaders' own records are torn: what hangs below them still names their stacks.
TEST_F(ReachLabelsTest, ACauseNeedsNoBlockOfItsOwn) {
  for (std::uint64_t i = 0; i < 2; ++i) {
    const StackId gone = builder_.stack({place(0x300031 + 16 * i, app_)});
    builder_.reach(0x5000 + 0x2000 * i, 20, gone, Reach::definite);
    add(0x6000 + 0x2000 * i, 10 + i, node_, Reach::indirect, static_cast<std::uint32_t>(3 + 2 * i));
  }
  make();
  const auto found = words();
  EXPECT_TRUE(found.at("10 bytes").starts_with("indirect "));
  EXPECT_TRUE(found.at("11 bytes").starts_with("indirect "));
  EXPECT_NE(found.at("10 bytes"), found.at("11 bytes"));
  EXPECT_NE(found.at("10 bytes"), found.at("50 bytes"));
  EXPECT_TRUE(profile("heap").has_comment(
      "damaged records: 2 (left out, or shown without a stack or a word)"));
}

TEST_F(ReachLabelsTest, CommentsSayWhatTheSnapshotCost) {
  ReachSummary& reach = builder_.header().reach;
  reach.predicted_ns = 2'000'000;
  reach.pause_ns = 1'234'567;
  reach.mark_ns = 56'000'000;
  reach.root_bytes = 1000;
  reach.heap_bytes = 234;
  reach.threads = 8;
  reach.unseen = 1;
  make();
  for (const std::string& name : names())
    EXPECT_TRUE(profile(name).has_comment(
        "reachability: done, pause 1.235 ms (predicted 2.000 ms), scanned 1234 bytes in 56.000 "
        "ms, 8 threads, 1 of them without their registers"))
        << name;
}

TEST_F(ReachLabelsTest, CommentsSayWhyNothingIsKnown) {
  ReachSummary& reach = builder_.header().reach;
  reach.reason = ReachReason::no_memory;
  make();
  EXPECT_TRUE(profile("heap").has_comment(
      "reachability: unknown: too little memory for the copy of the process"));
  EXPECT_EQ(words().at("100 bytes"), "- -");
  reach.predicted_ns = 1'500'000'000;
  reach.reason = ReachReason::too_long;
  make();
  EXPECT_TRUE(profile("fd").has_comment(
      "reachability: unknown: the pause would be longer than LEAKHOOK_SNAPSHOT_MAX allows "
      "(predicted pause 1500.000 ms)"));
  reach.reason = static_cast<ReachReason>(12345);
  make();
  EXPECT_TRUE(profile("fd").has_comment(
      "reachability: unknown: damaged records (predicted pause 1500.000 ms)"));
}

TEST_F(ReachLabelsTest, WithoutASnapshotNothingIsSaid) {
  builder_.header().reach = {};
  builder_.bytes(Region::reach).clear();
  make();
  for (const std::string& name : names())
    for (const std::string& comment : profile(name).comments())
      EXPECT_FALSE(comment.starts_with("reachability")) << comment;
  for (const SampleText& sample : profile("heap").samples) {
    EXPECT_EQ(sample.labels.count("reach"), 0u);
    EXPECT_EQ(sample.labels.count("leak"), 0u);
  }
}

TEST(AgeBucket, LowerBounds) {
  EXPECT_EQ(age_bucket(0), 0);
  EXPECT_EQ(age_bucket(1), 1);
  EXPECT_EQ(age_bucket(9), 1);
  EXPECT_EQ(age_bucket(10), 10);
  EXPECT_EQ(age_bucket(59), 10);
  EXPECT_EQ(age_bucket(3600), 3600);
  EXPECT_EQ(age_bucket(86399), 3600);
  EXPECT_EQ(age_bucket(~std::uint64_t{0}), 604800);
}

}  // namespace
}  // namespace leakhook
