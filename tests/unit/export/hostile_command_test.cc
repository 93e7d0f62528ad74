// SPDX-License-Identifier: Apache-2.0
// Whatever a segment, a file's name or a service says: the command writes nothing beside its output,
// and its lines command no terminal.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/stat.h>

#include <filesystem>

#include "command_fixture.h"
#include "profile_text.h"

namespace leakhook {
namespace {

namespace fs = std::filesystem;
using testing::CommandTest;
using testing::Finished;
using testing::RequestTest;
using testing::Texts;

/// Are there only characters that stand where they are written?
::testing::AssertionResult is_tame(const std::string& text) {
  for (const char sign : {'\x1b', '\r', '\a', '\b', '\x7f'})
    if (text.find(sign) != std::string::npos)
      return ::testing::AssertionFailure() << "control character " << static_cast<int>(sign);
  for (const char* sign : {"\xc2\x9b", "\xe2\x80\xae", "\xff"})
    if (text.find(sign) != std::string::npos)
      return ::testing::AssertionFailure() << "deceptive sign in " << text;
  return ::testing::AssertionSuccess();
}

const std::string kBad = "../../x\n/tmp/%p%n%s\x1b[31m\x7f\xff\xe2\x80\xae";

class HostileCommandTest : public CommandTest {
 protected:
  /// A dump in which every text is bad.
  std::string bad_dump() {
    const ModuleId module = builder_.module("/../" + kBad, "\x12", 0x1000, 0x1000, 0x1000);
    const StackId stack = builder_.stack({testing::place(0x1001, module)});
    builder_.mark(stack, kBad);
    builder_.live(0x1000, 100, stack, builder_.name(kBad.substr(0, 12)));
    Header& header = builder_.header();
    builder_.set_text(header.program, sizeof header.program, kBad);
    builder_.set_text(header.executable, sizeof header.executable, kBad);
    builder_.set_text(header.command, sizeof header.command, kBad + " " + kBad);
    builder_.set_text(header.version, sizeof header.version, kBad.substr(0, 30));
    builder_.set_text(header.settings.output, sizeof header.settings.output,
                      folder_ / "elsewhere");
    builder_.set_text(header.settings.exporter, sizeof header.settings.exporter,
                      folder_ / "run_me");
    return builder_.packed();
  }

  /// All files below the folder, but the streams of the command.
  std::vector<std::string> all_files() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      if (entry.is_regular_file() && !entry.path().filename().string().starts_with(".out"))
        found.push_back(fs::relative(entry.path(), folder_.path()));
    std::sort(found.begin(), found.end());
    return found;
  }
};

TEST_F(HostileCommandTest, TextsOfASegmentChooseNoFile) {
  fs::create_directories(folder_ / "in/deep");
  testing::write_file(folder_ / "in/deep/bad.lhk", bad_dump());
  testing::write_file(folder_ / "run_me", "#!/bin/sh\n: > " + folder_ / "was_run" + "\n");
  fs::permissions(folder_ / "run_me", fs::perms(0755));
  const Finished done = leakhook({"export", "in/deep/bad.lhk"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(is_tame(done.err));
  EXPECT_EQ(std::count(done.err.begin(), done.err.end(), '\n'), 1) << done.err;
  Texts expected = five("in/deep/bad");
  expected.insert(expected.end(), {"in/deep/bad.lhk", "run_me"});
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(all_files(), expected);
}

TEST_F(HostileCommandTest, TextsOfASegmentCommandNoTerminal) {
  testing::write_file(folder_ / "bad.lhk", bad_dump());
  for (const Texts& words : {Texts{"check", "bad.lhk", "--fail-on", "all", "--all"},
                             Texts{"report", "bad.lhk"}, Texts{"suppress", "bad.lhk"},
                             Texts{"diff", "bad.lhk", "bad.lhk"}}) {
    const Finished done = leakhook(words);
    EXPECT_GE(done.status, 0) << words[0];
    EXPECT_FALSE((done.out + done.err).empty()) << words[0];
    EXPECT_TRUE(is_tame(done.out)) << words[0] << done.out;
    EXPECT_TRUE(is_tame(done.err)) << words[0] << done.err;
  }
  EXPECT_EQ(all_files(), Texts{"bad.lhk"});
}

TEST_F(HostileCommandTest, NamesOfFilesCommandNoTerminal) {
  const std::string name = "a\x1b[31m\xe2\x80\xae.lhk";
  testing::write_file(folder_ / name, "no segment");
  for (const char* word : {"export", "check", "report"}) {
    const Finished done = leakhook({word, name});
    EXPECT_EQ(done.status, 24) << word;
    EXPECT_NE(done.err.find("a?[31m<U+202E>.lhk"), std::string::npos) << done.err;
    EXPECT_TRUE(is_tame(done.err)) << done.err;
  }
}

class HostileServiceTest : public RequestTest {
 protected:
  /// What a terminal gets.
  std::string at_terminal(const Texts& words) {
    int terminal = -1;
    const pid_t pid = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid == 0) {
      std::vector<char*> arguments{const_cast<char*>(LEAKHOOK_COMMAND)};
      for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    std::string text;
    char piece[256];
    for (ssize_t got; (got = read(terminal, piece, sizeof piece)) > 0;)
      text.append(piece, static_cast<std::size_t>(got));
    waitpid(pid, nullptr, 0);
    close(terminal);
    std::erase(text, '\r');  // the terminal's own line ends
    return text;
  }
};

TEST_F(HostileServiceTest, ItsErrorsCommandNoTerminal) {
  const auto asked = service("hostile error");
  const Finished done = ask(*asked, {"dump"});
  EXPECT_EQ(done.status, 24);
  EXPECT_NE(done.err.find("owned"), std::string::npos);
  EXPECT_TRUE(is_tame(done.err)) << done.err;
}

TEST_F(HostileServiceTest, ItsNamesCommandNoTerminalAndReachProgramsAsTheyAre) {
  const auto asked = service("hostile");
  EXPECT_EQ(at_terminal({"dump", std::to_string(asked->pid())}),
            "/a?]0;owned?.heap\n/<U+202E>.fd\n");
  EXPECT_EQ(ask(*asked, {"dump"}).out, "/a\x1b]0;owned\x07.heap\n/\xe2\x80\xae.fd\n");
}

}  // namespace
}  // namespace leakhook
