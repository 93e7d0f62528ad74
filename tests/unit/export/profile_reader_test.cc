// SPDX-License-Identifier: Apache-2.0
// Files of dumps become holdings; what is no dump of ours becomes one line and nothing else.
#include "../../../export/verdict/profile_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include "../../../export/dump_profiles.h"
#include "../../../export/gzip.h"
#include "../../../export/verdict/policy_parser.h"
#include "../../../export/verdict/verdict.h"
#include "profile.pb.h"
#include "segment_fixture.h"

namespace leakhook::verdict {
namespace {

using leakhook::testing::LoadedSegment;
using leakhook::testing::place;
using leakhook::testing::read_file;
using leakhook::testing::SegmentBuilder;
using leakhook::testing::TemporaryFolder;
using leakhook::testing::write_file;
using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;
using Proto = perftools::profiles::Profile;

/// One of each kind that matters, twice what is to be put together.
SegmentBuilder service(std::int32_t pid = 77, std::uint64_t start_ticks = 1000,
                       std::uint64_t second = 100) {
  SegmentBuilder builder;
  Header& header = builder.header();
  header.pid = pid;
  header.process_start_ticks = start_ticks;
  header.dump_realtime_ns = header.start_realtime_ns + second * 1'000'000'000;
  builder.set_text(header.command, sizeof header.command, "/opt/bin/service --fast");
  const ModuleId app = builder.module("/opt/bin/service", "\x12\xab", 0x300000, 0x1000, 0x300000);
  const StackId a = builder.stack({place(0x300011, app), place(0x300021, app)});
  const StackId b = builder.stack({place(0x300031, app)});
  const NameId worker = builder.name("worker");
  builder.live(0x1000, 64, a, worker, 1);
  builder.live(0x2000, 32, a, worker, 100);
  builder.live(0x3000, 64, a, 0, 1);
  builder.live(0x4000, 8, b, worker, 1);
  builder.count(a, 10, 1000);
  builder.count(b, 10, 1000);
  for (const int fd : {9, 5}) {
    FdRecord& record = builder.fd(fd, Kind::file, b);
    const std::string path = "/tmp/" + std::to_string(fd);
    record.name_size = static_cast<std::uint8_t>(path.size());
    record.name_form = static_cast<std::uint8_t>(NameForm::path);
    std::memcpy(record.name, path.data(), path.size());
  }
  builder.fd(0, Kind::other_fd, 0).flags = kFdInherited;
  builder.resource(Kind::mapping, 0x10000, b).size = 8192;
  return builder;
}

std::vector<FinishedProfile> profiles_of(SegmentBuilder& builder) {
  const LoadedSegment loaded(builder.packed());
  return make_profiles(loaded.view, open_resources(loaded.view, {}), DebugFiles({}, false),
                       {kLabelFd | kLabelPath, {}})
      .profiles;
}

Proto parsed(const std::string& gzip) {
  Proto proto;
  proto.ParseFromString(decompressed(gzip).value_or(""));
  return proto;
}

std::int64_t add_text(Proto* proto, const std::string& text) {
  proto->add_string_table(text);
  return proto->string_table_size() - 1;
}

class ProfileReaderTest : public ::testing::Test {
 protected:
  /// The files of one dump; the path of its heap profile.
  std::string write(const std::string& stem, SegmentBuilder builder) {
    for (const FinishedProfile& profile : profiles_of(builder))
      write_file(folder_ / (stem + "." + profile.name + ".pb.gz"), compressed(profile.bytes));
    return folder_ / (stem + ".heap.pb.gz");
  }

  void read(const Texts& paths) { read_ = read_dumps(paths); }

  const Dump& dump() const { return read_.dumps.at(0); }

  /// The only holding of these; an empty one when there is none.
  Holding holding(Kind kind, const std::string& thread = "", std::size_t depth = 0) const {
    for (const Holding& one : dump().holdings)
      if (one.kind == kind && one.thread == thread && (depth == 0 || one.stack.size() == depth))
        return one;
    return {};
  }

  /// What reading the heap profile says once it was changed so, without its path.
  template <class Change>
  std::string error_after(Change&& change) {
    const std::string path = write("x", service());
    Proto proto = parsed(read_file(path));
    change(&proto);
    write_file(path, compressed(proto.SerializeAsString()));
    read({path});
    EXPECT_EQ(read_.dumps.size(), read_.errors.empty() ? 1u : 0u);
    if (read_.errors.empty()) return "";
    EXPECT_TRUE(read_.errors[0].starts_with(path + " ")) << read_.errors[0];
    return read_.errors[0].substr(path.size() + 1);
  }

  TemporaryFolder folder_;
  ReadDumps read_;
};

TEST_F(ProfileReaderTest, FilesOfOneStemAreOneDump) {
  write("x", service());
  read({folder_ / "x.heap.pb.gz", folder_ / "x.fd.pb.gz", folder_ / "x.heap.pb.gz"});
  ASSERT_EQ(read_.errors, Texts{});
  ASSERT_EQ(read_.dumps.size(), 1u);
  ASSERT_EQ(dump().files.size(), 2u);
  EXPECT_EQ(dump().files[0].name, "heap");
  EXPECT_EQ(dump().files[1].path, folder_ / "x.fd.pb.gz");
  EXPECT_EQ(dump().files[1].bytes, read_file(folder_ / "x.fd.pb.gz"));
}

TEST_F(ProfileReaderTest, AStemMeansAllItsFiles) {
  write("x", service());
  read({folder_ / "x"});
  ASSERT_EQ(read_.errors, Texts{});
  EXPECT_EQ(dump().files.size(), 5u);
}

TEST_F(ProfileReaderTest, FirstMappingIsTheProgramsFile) {
  SegmentBuilder builder = service();
  builder.module("/usr/lib/libwork.so", "\x0a\xff", 0x400000, 0x1000, 0x400000);
  builder.module("/opt/bin/service", "\x12\xab", 0x300000, 0x1000, 0x300000);
  read({write("x", std::move(builder))});
  EXPECT_EQ(dump().executable, "/opt/bin/service");
  EXPECT_EQ(dump().build_id, "12ab");
}

TEST_F(ProfileReaderTest, CommentsSayWhoseDumpItIs) {
  SegmentBuilder builder = service();
  builder.header().counters[static_cast<int>(Counter::stacks_cut)] = 3;
  builder.header().settings.sample_bytes = 524288;
  read({write("x", std::move(builder))});
  EXPECT_EQ(dump().pid, 77);
  EXPECT_EQ(dump().start_ticks, 1000u);
  EXPECT_EQ(dump().program, "service");
  EXPECT_EQ(dump().command, "/opt/bin/service --fast");
  EXPECT_EQ(dump().time_ns, 1'700'000'100'000'000'000);
  EXPECT_EQ(dump().sample_bytes, 524288);
  EXPECT_FALSE(dump().is_reach_known);
  EXPECT_EQ(dump().reach_remark, "");
  EXPECT_EQ(dump().losses, Texts{"stacks_cut: 3 (stacks cut at the frame limit)"});
  EXPECT_GT(dump().comments.size(), 5u);
}

TEST_F(ProfileReaderTest, HeapSamplesThatDifferInAgeAndSizeAreOneHolding) {
  read({write("x", service())});
  const Holding both = holding(Kind::heap, "worker", 2);
  EXPECT_EQ(both.count, 2);
  EXPECT_EQ(both.bytes, 96);
  EXPECT_EQ(both.sizes, (Numbers{32, 64}));
  EXPECT_EQ(both.youngest_s, 1);
  EXPECT_EQ(both.oldest_s, 60);
  EXPECT_EQ(both.word, Word::unknown);
  EXPECT_EQ(both.leak, 0);
  EXPECT_EQ(holding(Kind::heap, "", 2).count, 1) << "another thread";
  EXPECT_EQ(holding(Kind::heap, "worker", 1).bytes, 8) << "another stack";
  EXPECT_EQ(dump().holdings.size(), 3u) << "what was given back is nobody's holding";
}

TEST_F(ProfileReaderTest, DescriptorsKeepTheirNumbersAndPaths) {
  write("x", service());
  read({folder_ / "x.fd.pb.gz"});
  const Holding files = holding(Kind::file);
  EXPECT_EQ(files.count, 2);
  EXPECT_EQ(files.bytes, 0);
  EXPECT_EQ(files.fds, (Numbers{5, 9}));
  EXPECT_EQ(files.paths, (Texts{"/tmp/5", "/tmp/9"}));
  EXPECT_EQ(files.word, Word::open);
  EXPECT_EQ(holding(Kind::other_fd).origin, "inherited");
  EXPECT_EQ(holding(Kind::other_fd).stack[0].function, "[inherited]");
}

TEST_F(ProfileReaderTest, MappingsHaveBytes) {
  write("x", service());
  read({folder_ / "x.mapping.pb.gz"});
  EXPECT_EQ(holding(Kind::mapping).count, 1);
  EXPECT_EQ(holding(Kind::mapping).bytes, 8192);
}

TEST_F(ProfileReaderTest, FramesHaveWhatTheProfileKnows) {
  const std::string path = write("x", service());
  Proto proto = parsed(read_file(path));
  auto* function = proto.mutable_function(0);
  function->set_name(add_text(&proto, "work(int)"));
  function->set_system_name(add_text(&proto, "_Z4worki"));
  function->set_filename(add_text(&proto, "src/work\x1b.cc"));
  auto* location = proto.mutable_location(0);
  location->mutable_line(0)->set_line(12);
  auto* inlining = location->add_line();
  inlining->set_function_id(2);
  write_file(path, compressed(proto.SerializeAsString()));
  read({path});
  ASSERT_EQ(read_.errors, Texts{});
  for (const Holding& one : dump().holdings) {
    if (one.stack.size() != 3) continue;
    EXPECT_EQ(one.stack[0],
              (Frame{"work(int)", "_Z4worki", "src/work?.cc", 12, "/opt/bin/service"}));
    EXPECT_EQ(one.stack[1].function, "[service+0x20]");
    EXPECT_EQ(one.stack[1].system_name, "") << "a place has no name";
    return;
  }
  FAIL() << "no stack with an inlined function";
}

TEST_F(ProfileReaderTest, WordsMarksAndLeaksTellHoldingsApart) {
  const std::string path = write("x", service());
  Proto proto = parsed(read_file(path));
  const std::int64_t reach = add_text(&proto, "reach"), definite = add_text(&proto, "definite"),
                     leak = add_text(&proto, "leak"), mark = add_text(&proto, "mark"),
                     test = add_text(&proto, "Suite.Test"), state = add_text(&proto, "state"),
                     ended = add_text(&proto, "ended");
  for (int i = 0; i < proto.sample_size(); ++i) {
    auto* word = proto.mutable_sample(i)->add_label();
    word->set_key(reach);
    word->set_str(definite);
    auto* number = proto.mutable_sample(i)->add_label();
    number->set_key(leak);
    number->set_num(i + 1);
    auto* text = proto.mutable_sample(i)->add_label();
    text->set_key(mark);
    text->set_str(test);
    auto* fate = proto.mutable_sample(i)->add_label();
    fate->set_key(state);
    fate->set_str(ended);
  }
  proto.add_comment(add_text(&proto, "reachability: done, pause 3 ms"));
  write_file(path, compressed(proto.SerializeAsString()));
  read({path});
  ASSERT_EQ(read_.errors, Texts{});
  EXPECT_TRUE(dump().is_reach_known);
  EXPECT_EQ(dump().reach_remark, "done, pause 3 ms");
  ASSERT_EQ(dump().holdings.size(), 4u) << "no two share their leak";
  for (const Holding& one : dump().holdings) {
    EXPECT_EQ(one.word, Word::definite);
    EXPECT_GT(one.leak, 0);
    EXPECT_EQ(one.mark, "Suite.Test");
    EXPECT_EQ(one.state, "ended");
  }
}

TEST_F(ProfileReaderTest, WhatASnapshotFoundComesBack) {
  SegmentBuilder builder = service();
  builder.reach(0x2000, 32, 1, Reach::definite);
  builder.reach(0x4000, 8, 2, Reach::indirect, 0);
  read({write("x", std::move(builder))});
  ASSERT_EQ(read_.errors, Texts{});
  EXPECT_TRUE(dump().is_reach_known);
  std::map<std::int64_t, std::pair<Word, std::int64_t>> found;
  for (const Holding& one : dump().holdings) found[one.bytes] = {one.word, one.leak};
  const std::map<std::int64_t, std::pair<Word, std::int64_t>> expected{
      {64, {Word::reachable, 0}}, {32, {Word::definite, 1}}, {8, {Word::indirect, 1}}};
  EXPECT_EQ(found, expected);
}

TEST_F(ProfileReaderTest, TheStacksOfAMisuseComeTogether) {
  SegmentBuilder builder = service();
  const StackId stack = builder.stack({place(0x1)}), closed = builder.stack({place(0x2)});
  builder.misuse(MisuseKind::double_join, Kind::thread, stack);
  MisuseRecord& record = builder.misuse(MisuseKind::double_close, Kind::file, stack);
  record.count = 4, record.closed = closed;
  read({write("x", std::move(builder)), folder_ / "x.misuse.pb.gz"});
  ASSERT_TRUE(read_.errors.empty()) << read_.errors[0];
  ASSERT_EQ(dump().misuses.size(), 2u);
  const Misuse& close = dump().misuses[0];
  EXPECT_EQ(close.misuse, MisuseKind::double_close);
  EXPECT_EQ(close.kind, Kind::file);
  EXPECT_EQ(close.count, 4);
  ASSERT_EQ(close.stack.size(), 1u);
  ASSERT_EQ(close.closed.size(), 1u);
  EXPECT_FALSE(close.stack == close.closed);
  EXPECT_TRUE(close.opened.empty());
  EXPECT_EQ(dump().misuses[1].misuse, MisuseKind::double_join);
  EXPECT_TRUE(dump().misuses[1].closed.empty());
}

TEST_F(ProfileReaderTest, AFolderHasTheNewestDumpOfEachProcess) {
  write("older", service(77, 1000, 100));
  write("a.newer", service(77, 1000, 200));
  write("later.of.that.pid", service(77, 2000, 50));
  write("parent", service(99, 500, 50));
  read({folder_.path()});
  ASSERT_EQ(read_.errors, Texts{});
  ASSERT_EQ(read_.dumps.size(), 3u);
  EXPECT_EQ(read_.dumps[0].pid, 99);
  EXPECT_EQ(read_.dumps[1].files[0].path, folder_ / "a.newer.fd.pb.gz");
  EXPECT_EQ(read_.dumps[1].files.size(), 5u);
  EXPECT_EQ(read_.dumps[2].start_ticks, 2000u);
}

TEST_F(ProfileReaderTest, ADumpNamedTwiceByStemsIsTwoDumps) {
  write("before", service(77, 1000, 100));
  write("after", service(77, 1000, 200));
  read({folder_ / "after", folder_ / "before"});
  ASSERT_EQ(read_.dumps.size(), 2u);
  EXPECT_GT(read_.dumps[0].time_ns, read_.dumps[1].time_ns) << "as they were named";
}

TEST_F(ProfileReaderTest, ASegmentBecomesProfilesFirst) {
  write_file(folder_ / "x.lhk", service().packed());
  read({folder_ / "x.lhk"});
  ASSERT_EQ(read_.errors, Texts{});
  EXPECT_EQ(dump().pid, 77);
  EXPECT_EQ(dump().files.size(), 5u);
  EXPECT_EQ(dump().files[0].path, "");
  EXPECT_EQ(holding(Kind::file).fds, (Numbers{5, 9}));
  EXPECT_EQ(holding(Kind::file).paths.size(), 2u);
  EXPECT_EQ(parsed(dump().files[0].bytes).sample_type_size(), 4);
}

TEST_F(ProfileReaderTest, AProcessThatSaidAllIsNotJudgedByWhatItLeftBehind) {
  write("x", service());
  SegmentBuilder left = service();
  left.header().state = ProcessState::ending;
  write_file(folder_ / "left.lhk", left.spread());
  read({folder_.path()});
  ASSERT_EQ(read_.dumps.size(), 1u);
  EXPECT_EQ(dump().files[0].path, folder_ / "x.fd.pb.gz");
}

TEST_F(ProfileReaderTest, ARawDumpOfTheEndComesBeforeWhatWasLeftBehind) {
  SegmentBuilder left = service();
  left.header().state = ProcessState::ending;
  write_file(folder_ / "a.lhk", left.spread());
  write_file(folder_ / "b.lhk", left.packed());
  read({folder_.path()});
  ASSERT_EQ(read_.dumps.size(), 1u);
  EXPECT_EQ(dump().time_ns, 1'700'000'100'000'000'000) << "the moment of the dump";
}

TEST_F(ProfileReaderTest, AProcessThatWasKilledIsJudgedByWhatItLeftBehind) {
  write("x", service());
  SegmentBuilder left = service();
  left.fd(20, Kind::eventfd, 1);
  write_file(folder_ / "left.lhk", left.spread());  // newer: written now
  read({folder_.path()});
  ASSERT_EQ(read_.dumps.size(), 1u);
  EXPECT_EQ(holding(Kind::eventfd).count, 1);
}

TEST_F(ProfileReaderTest, ASegmentWhoseProcessWroteItsLastDumpIsNoNews) {
  write("x", service(77, 1000, 1'000'000'000));
  SegmentBuilder left = service();
  left.header().state.store(ProcessState::ending);
  write_file(folder_ / "left.lhk", left.spread());
  read({folder_.path()});
  ASSERT_EQ(read_.dumps.size(), 1u);
  EXPECT_EQ(dump().files[0].path, folder_ / "x.fd.pb.gz");
}

/// It was killed: a dump that was asked for before does not know its end.
TEST_F(ProfileReaderTest, ASegmentOfAKilledProcessIsNewerThanItsDumps) {
  write("x", service(77, 1000, 1'000'000'000));
  write_file(folder_ / "left.lhk", service().spread());
  read({folder_.path()});
  ASSERT_EQ(read_.dumps.size(), 1u);
  EXPECT_TRUE(dump().files[0].path.empty());
}

TEST_F(ProfileReaderTest, FilesOfTwoDumpsAreNotMixed) {
  write("x", service(77, 1000, 100));
  write("y", service(77, 1000, 101));
  rename((folder_ / "y.fd.pb.gz").c_str(), (folder_ / "x.fd.pb.gz").c_str());
  read({folder_ / "x"});
  ASSERT_EQ(read_.errors.size(), 1u);
  EXPECT_EQ(read_.errors[0],
            folder_ / "x.fd.pb.gz" + " is not of the same dump as " + (folder_ / "x.heap.pb.gz"));
  EXPECT_EQ(dump().files.size(), 4u);
}

TEST_F(ProfileReaderTest, WhatIsNoDumpIsOneLine) {
  write_file(folder_ / "text.pb.gz", "hello");
  write_file(folder_ / "cut.lhk", service().packed().substr(0, 9000));
  mkfifo((folder_ / "pipe.pb.gz").c_str(), 0600);
  mkdir((folder_ / "empty").c_str(), 0700);
  const std::string whole = read_file(write("x", service()));
  write_file(folder_ / "cut.heap.pb.gz", whole.substr(0, whole.size() / 2));
  read({folder_ / "text.pb.gz", folder_ / "cut.lhk", folder_ / "pipe.pb.gz", folder_ / "empty",
        folder_ / "nothing", folder_ / "cut.heap.pb.gz"});
  EXPECT_TRUE(read_.dumps.empty());
  std::sort(read_.errors.begin(), read_.errors.end());
  const std::string no_gzip =
      " is no profile: expected one whole gzip file of at most 256 MiB unpacked";
  ASSERT_EQ(read_.errors.size(), 6u);
  EXPECT_EQ(read_.errors[0], folder_ / "cut.heap.pb.gz" + no_gzip);
  EXPECT_TRUE(read_.errors[1].starts_with(folder_ / "cut.lhk is cut off: 9000 of"));
  EXPECT_EQ(read_.errors[2], folder_ / "empty holds no dump: expected files *.pb.gz or *.lhk");
  EXPECT_EQ(read_.errors[3], folder_ / "nothing is no file, no folder and no stem of a dump");
  EXPECT_EQ(read_.errors[4], folder_ / "pipe.pb.gz cannot be read: it is no regular file");
  EXPECT_EQ(read_.errors[5], folder_ / "text.pb.gz" + no_gzip);
}

TEST_F(ProfileReaderTest, EachContradictionIsNamed) {
  EXPECT_EQ(error_after([](Proto*) {}), "");
  EXPECT_EQ(error_after([](Proto* p) { p->clear_comment(); }),
            "is no profile of leakhook: no comment names its process");
  EXPECT_EQ(error_after([](Proto* p) { p->clear_sample_type(); }),
            "is no profile of leakhook: the types of its values are others");
  EXPECT_EQ(error_after([](Proto* p) { p->mutable_sample(0)->add_value(1); }),
            "is damaged: a sample has too many or too few values");
  EXPECT_EQ(error_after([](Proto* p) { p->mutable_sample(0)->set_value(0, -1); }),
            "is damaged: a value is negative");
  EXPECT_EQ(error_after([](Proto* p) { p->mutable_sample(0)->add_location_id(99999); }),
            "is damaged: a sample names a location that is not there");
  EXPECT_EQ(error_after([](Proto* p) { p->mutable_location(0)->set_id(7); }),
            "is damaged: ids of locations are not 1 to n");
  EXPECT_EQ(error_after([](Proto* p) { p->mutable_location(0)->set_mapping_id(1u << 31); }),
            "is damaged: a location lies in no mapping");
  EXPECT_EQ(error_after([](Proto* p) {
              p->mutable_location(0)->mutable_line(0)->set_function_id(1u << 30);
            }),
            "is damaged: a line names a function that is not there");
  EXPECT_EQ(error_after([](Proto* p) { p->mutable_function(0)->set_name(-5); }),
            "is damaged: a name is not there");
  EXPECT_EQ(error_after([](Proto* p) { p->mutable_sample(0)->mutable_label(0)->set_str(1 << 30); }),
            "is damaged: a label names a text that is not there");
  EXPECT_EQ(error_after([](Proto* p) {
              p->mutable_sample(0)->mutable_label(0)->set_str(add_text(p, "unicorn"));
            }),
            "has a sample of the unknown kind \"unicorn\"");
  EXPECT_EQ(error_after([](Proto* p) {
              p->mutable_sample(0)->mutable_label(0)->set_str(add_text(p, "socket"));
            }),
            "is damaged: socket in the profile of another kind");
  EXPECT_EQ(error_after([](Proto* p) {
              for (int i = 0; i < 4097; ++i) p->mutable_sample(0)->add_location_id(1);
            }),
            "is damaged: a stack is too deep");
}

/// Every holding of a damaged file is one that reports can show.
void expect_sane(const Dump& dump) {
  EXPECT_GT(dump.pid, 0);
  for (const Holding& one : dump.holdings) {
    ASSERT_NE(one.kind, Kind::none);
    ASSERT_LT(one.kind, Kind::count);
    ASSERT_GT(one.count, 0);
    ASSERT_GE(one.bytes, 0);
    ASSERT_GE(one.leak, 0);
    ASSERT_LE(one.youngest_s, one.oldest_s);
    ASSERT_LE(one.sizes.size(), 64u);
    ASSERT_EQ(presentable(one.thread), one.thread);
    for (const Frame& frame : one.stack) ASSERT_EQ(presentable(frame.function), frame.function);
  }
}

// Whoever adds holdings up must not have to ask whether the sum is a number.
TEST_F(ProfileReaderTest, WhatIsHeldAddsUpWhateverTheProfileSays) {
  EXPECT_EQ(error_after([](Proto* p) {
              for (auto& sample : *p->mutable_sample())
                for (int i = 0; i < sample.value_size(); ++i) sample.set_value(i, INT64_MAX);
            }),
            "");
  ASSERT_GT(dump().holdings.size(), 1u);
  for (const Holding& one : dump().holdings) EXPECT_GT(std::min(one.count, one.bytes), 0);
  const Totals totals = judge({dump(), dump()}, default_policy()).totals;
  EXPECT_EQ(totals.heap_bytes, 0) << "nobody asked what is reachable";
  EXPECT_GE(unjudged({dump(), dump()}).totals.heap_bytes, std::int64_t{1} << 53);
  EXPECT_LT(unjudged({dump(), dump()}).totals.heap_bytes, std::int64_t{1} << 55);
}

TEST_F(ProfileReaderTest, DamagedProfilesAreReadOrRefused) {
  int read_ones = 0, refused = 0;
  SegmentBuilder builder = service();
  for (const FinishedProfile& profile : profiles_of(builder)) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
      std::mt19937 random(seed);
      std::string bad = profile.bytes;
      const unsigned flips = 1 + random() % 4;
      for (unsigned i = 0; i < flips; ++i) bad[random() % bad.size()] = static_cast<char>(random());
      if (seed % 5 == 0) bad.resize(random() % bad.size());
      Texts errors;
      const auto dump = dump_of({{profile.name, "", compressed(bad)}}, &errors);
      ASSERT_NE(dump.has_value(), !errors.empty());
      if (dump) expect_sane(*dump);
      ++(dump ? read_ones : refused);
    }
  }
  EXPECT_GT(read_ones, 500);
  EXPECT_GT(refused, 500);
}

TEST_F(ProfileReaderTest, DamagedGzipIsRefused) {
  const std::string whole = read_file(write("x", service()));
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    Texts errors;
    EXPECT_FALSE(dump_of({{"heap", "x", whole.substr(0, size)}}, &errors));
    ASSERT_EQ(errors.size(), 1u);
  }
  Texts errors;
  EXPECT_FALSE(dump_of({{"heap", "x", whole + "more"}}, &errors));
}

TEST(Words, HaveTextsThatReadBack) {
  for (std::size_t i = 0; i < kWords; ++i) {
    const auto word = static_cast<Word>(i);
    EXPECT_EQ(word_of(text_of(word)), word);
  }
  EXPECT_STREQ(text_of(Word::definite), "definite");
  EXPECT_STREQ(text_of(Word::open), "open");
  EXPECT_EQ(word_of("Definite"), std::nullopt);
  EXPECT_EQ(word_of(""), std::nullopt);
}

}  // namespace
}  // namespace leakhook::verdict
