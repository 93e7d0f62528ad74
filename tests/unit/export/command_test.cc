// SPDX-License-Identifier: Apache-2.0
// The finished command: what it writes, prints and answers, and its exit status.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "../../../export/process_look.h"
#include "../../../export/reply_socket.h"
#include "command_fixture.h"
#include "profile_text.h"

namespace leakhook {
namespace {

using testing::CommandTest;
using testing::Finished;
using testing::RequestTest;
using testing::Started;
using testing::Texts;

TEST_F(CommandTest, ExportsAFileBesideIt) {
  builder_.live(0x1000, 2048, builder_.stack({testing::place(0x1000)}));
  testing::write_file(folder_ / "old.lhk", builder_.packed());
  const Finished done = leakhook({"export", "old.lhk"});
  EXPECT_EQ(done.status, 0);
  EXPECT_EQ(done.out, "");
  EXPECT_EQ(done.err,
            "leakhook: dump 1 of service[2147483632]: heap 2.0 KiB in 1 block, 0 fds, 0 threads, "
            "0 timers -> old.*.pb.gz\n");
  Texts expected = five("old");
  expected.push_back("old.lhk");
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(files("old"), expected);
}

TEST_F(CommandTest, ExportsAStream) {
  const Finished done = leakhook({"export", "-", "-o", "dump.7"}, builder_.packed());
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(files("dump"), five("dump.7"));
}

TEST_F(CommandTest, ExportsASpreadFile) {
  testing::write_file(folder_ / "x.lhk", builder_.spread());
  const Finished done = leakhook({"export", "x.lhk", "-o", "y"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_NE(done.err.find("last state of service"), std::string::npos);
  EXPECT_EQ(files("y"), five("y"));
}

TEST_F(CommandTest, QuietInBothWays) {
  EXPECT_EQ(leakhook({"export", "-", "-o", "a", "--quiet"}, builder_.packed()).err, "");
  builder_.header().settings.verbose = 0;
  EXPECT_EQ(leakhook({"export", "-", "-o", "b"}, builder_.packed()).err, "");
}

TEST_F(CommandTest, BadInputIsOneLineAnd24) {
  testing::write_file(folder_ / "text.lhk", "no segment");
  testing::write_file(folder_ / "cut.lhk", builder_.packed().substr(0, kHeaderSize + 100));
  for (const char* name : {"text.lhk", "cut.lhk", "nowhere.lhk", "/"}) {
    const Finished done = leakhook({"export", name});
    EXPECT_EQ(done.status, 24) << name;
    EXPECT_NE(done.err.find(name), std::string::npos) << done.err;
    EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
  }
  EXPECT_EQ(leakhook({"export", "-", "-o", "x"}, "").status, 24);
  EXPECT_EQ(leakhook({"export", "-"}, builder_.packed()).status, 24);
  EXPECT_TRUE(files("x").empty());
}

TEST_F(CommandTest, UnwritableFolderIsOneLineAnd1) {
  const Finished done = leakhook({"export", "-", "-o", "no/such/x"}, builder_.packed());
  EXPECT_EQ(done.status, 1);
  EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
}

TEST_F(CommandTest, ReplyNamesTheFiles) {
  builder_.header().pid = getpid();  // not this process: its start differs
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid(), Wanted::names));
  Started exporter(
      folder_,
      {LEAKHOOK_COMMAND, "export", "-", "-o", "x", "--reply", std::to_string(listener.token())},
      builder_.packed());
  std::string text;
  ASSERT_EQ(listener.wait(-1, getuid(), std::chrono::seconds(20), &text),
            ReplyListener::End::replied);
  EXPECT_TRUE(text.starts_with(folder_ / "x.heap.pb.gz" + "\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
}

TEST_F(CommandTest, ReplyTellsErrors) {
  builder_.header().pid = getpid();
  ReplyListener listener;
  ASSERT_TRUE(listener.listen(getpid(), Wanted::names));
  Started exporter(
      folder_,
      {LEAKHOOK_COMMAND, "export", "-", "-o", "no/x", "--reply", std::to_string(listener.token())},
      builder_.packed());
  std::string text;
  ASSERT_EQ(listener.wait(-1, getuid(), std::chrono::seconds(20), &text),
            ReplyListener::End::replied);
  EXPECT_TRUE(text.starts_with("error: ")) << text;
}

TEST_F(CommandTest, LivingProcessIsReconciled) {
  builder_.header().pid = getpid();
  builder_.header().process_start_ticks = stat_of(getpid())->start_ticks;
  builder_.fd(1000, Kind::eventfd, 0);  // not open here
  ASSERT_EQ(leakhook({"export", "-", "-o", "x", "--labels", "fd"}, builder_.packed()).status, 0);
  ASSERT_EQ(std::system(("gunzip -c " + folder_ / "x.fd.pb.gz" + " > " + folder_ / "fd").c_str()),
            0);
  const testing::ProfileText fds(testing::read_file(folder_ / "fd"));
  EXPECT_EQ(fds.sample_of("[no stack]").values.size(), 0u);
  EXPECT_GT(fds.sample_of("[untracked]").values.size(), 0u);
}

TEST_F(CommandTest, StoredDumpIsNotReconciled) {
  builder_.header().pid = getpid();
  builder_.header().process_start_ticks = stat_of(getpid())->start_ticks;
  testing::write_file(folder_ / "x.lhk", builder_.packed());
  ASSERT_EQ(leakhook({"export", "x.lhk"}).status, 0);
  ASSERT_EQ(std::system(("gunzip -c " + folder_ / "x.fd.pb.gz" + " > " + folder_ / "fd").c_str()),
            0);
  const testing::ProfileText fds(testing::read_file(folder_ / "fd"));
  EXPECT_TRUE(fds.samples.empty());
  EXPECT_TRUE(fds.has_comment("not reconciled with /proc: made from a stored dump"));
}

TEST_F(CommandTest, ThousandFilesOfOneNameKeepTheirOwners) {
  for (int pid = 500; pid < 510; ++pid) {
    builder_.header().pid = pid;
    ASSERT_EQ(leakhook({"export", "-", "-o", "x", "--quiet"}, builder_.packed()).status, 0);
  }
  EXPECT_EQ(files("x").size(), 50u);
}

TEST_F(CommandTest, WordsAndHelp) {
  for (const char* word : {"export", "dump", "on", "off"}) {
    const Finished help = leakhook({word, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.out.find(word), std::string::npos);
  }
  const Finished help = leakhook({"--help"});
#define SETTING(name, type, default_value, meaning) \
  EXPECT_NE(help.out.find("LEAKHOOK_" #name), std::string::npos);
#include "../../../preload/contract/settings.def"
#define KIND(name, profile, label, text) EXPECT_NE(help.out.find("  " label), std::string::npos);
#include "../../../preload/contract/kinds.def"
  EXPECT_EQ(leakhook({"--version"}).out, std::string("leakhook ") + LEAKHOOK_VERSION + "\n");
  for (const Texts& words : {Texts{"dmup"}, Texts{}, Texts{"dump"}, Texts{"dump", "x"},
                             Texts{"dump", "0"}, Texts{"dump", "--labels", "x", "1"}})
    EXPECT_EQ(leakhook(words).status, 24);
}

TEST_F(RequestTest, DumpPrintsTheNames) {
  const auto asked = service("answer");
  const Finished done = ask(*asked, {"dump", "--labels", "fd,path"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out, "/a.heap\n/a.fd\n");
  EXPECT_EQ(said(asked.get()), "ready\n1 3\n");
}

TEST_F(RequestTest, ReachTravelsAsABitOfTheLabels) {
  const auto asked = service("answer");
  EXPECT_EQ(ask(*asked, {"dump", "--reach"}).status, 0);
  EXPECT_EQ(ask(*asked, {"dump", "--labels", "path", "--reach"}).status, 0);
  EXPECT_EQ(said(asked.get()), "ready\n1 4\n1 6\n");
}

TEST_F(RequestTest, DumpPassesErrorsOn) {
  const auto asked = service("error");
  const Finished done = ask(*asked, {"dump"});
  EXPECT_EQ(done.status, 24);
  EXPECT_EQ(done.out, "");
  EXPECT_NE(done.err.find("disk full"), std::string::npos);
}

TEST_F(RequestTest, DumpDoesNotWaitForever) {
  const auto asked = service("silent");
  const Finished done = ask(*asked, {"dump", "--timeout", "0.05"});
  EXPECT_EQ(done.status, 24);
  EXPECT_NE(done.err.find("no answer in time"), std::string::npos);
}

TEST_F(RequestTest, DumpIsAskedForAgainWhereThatDoesNoHarm) {
  const std::string both = std::to_string(SIGUSR2) + "." + std::to_string(SIGURG);
  const auto asked = service_of(both, "hesitant");
  EXPECT_EQ(ask(*asked, {"dump"}).status, 0);
  EXPECT_EQ(said(asked.get()), "ready\n1 0\n1 0\n");
  const auto only_deadly = service("hesitant");
  EXPECT_EQ(ask(*only_deadly, {"dump", "--timeout", "2"}).status, 24);
  EXPECT_EQ(said(only_deadly.get()), "ready\n1 0\n");
}

TEST_F(RequestTest, DumpNoticesTheEndOfTheService) {
  const auto asked = service("end");
  const Finished done = ask(*asked, {"dump", "--timeout", "60"});
  EXPECT_EQ(done.status, 24);
  EXPECT_NE(done.err.find("ended"), std::string::npos);
}

TEST_F(RequestTest, OnAndOffAreQueuedWithoutToken) {
  const auto asked = service("silent");
  EXPECT_EQ(ask(*asked, {"on"}).status, 0);
  asked->await("2 0");
  EXPECT_EQ(ask(*asked, {"off"}).status, 0);
  asked->await("3 0");
  EXPECT_EQ(said(asked.get()), "ready\n2 0\n3 0\n");
}

TEST_F(RequestTest, ProcessThatWouldDieIsRefused) {
  const auto asked = service("deaf");
  const Finished done = ask(*asked, {"dump"});
  EXPECT_EQ(done.status, 24);
  EXPECT_NE(done.err.find("does not catch"), std::string::npos);
  EXPECT_EQ(kill(asked->pid(), 0), 0);
}

TEST_F(RequestTest, SignalIsTheOneThatTheServiceShows) {
  const auto asked = service("answer", SIGRTMIN + 3, {"LEAKHOOK_SIGNAL=USR2"});
  EXPECT_EQ(ask(*asked, {"dump"}).status, 0);
  const auto none = service("silent about it");
  const Finished done = ask(*none, {"dump"});
  EXPECT_EQ(done.status, 24);
  EXPECT_NE(done.err.find("takes no dump signal"), std::string::npos);
  EXPECT_EQ(kill(none->pid(), 0), 0);
}

TEST_F(RequestTest, ProcessWithoutTheLibraryIsRefused) {
  EXPECT_EQ(leakhook({"dump", std::to_string(getpid())}).status, 24);
  EXPECT_EQ(leakhook({"on", std::to_string(getpid())}).status, 24);
}

}  // namespace
}  // namespace leakhook
