// SPDX-License-Identifier: Apache-2.0
// Processes that would die of the dump signal are never sent one.
#include "../../../export/target.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace leakhook {
namespace {

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() { EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
};

/// Looks like a service with the library until a byte comes, then becomes `cat`.
[[noreturn]] void look_and_change(const char* library, const Pipe& in, const Pipe& out) {
  const int file = open(library, O_RDONLY);
  const int page = memfd_create("leakhook.signal.12.23", 0);
  mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, file, 0);
  mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, page, 0);
  for (const int signal : {SIGUSR2, SIGURG}) ::signal(signal, [](int) {});
  char byte = 'r';
  if (write(out.ends[1], &byte, 1) != 1 || read(in.ends[0], &byte, 1) != 1) _exit(1);
  dup2(in.ends[0], 0);
  dup2(out.ends[1], 1);
  execlp("cat", "cat", nullptr);
  _exit(1);
}

TEST(Target, RequestThatFindsAnotherProgramEndsNobody) {
  const auto folder = std::filesystem::temp_directory_path() / std::to_string(getpid());
  std::filesystem::create_directory(folder);
  const std::string library = folder / "libleakhook.so";
  std::ofstream(library) << std::string(4096, ' ');
  const Pipe in, out;
  const pid_t child = fork();
  if (child == 0) look_and_change(library.c_str(), in, out);
  char byte;
  ASSERT_EQ(read(out.ends[0], &byte, 1), 1);
  Target target(child);
  EXPECT_EQ(target.reason_against(), "");
  EXPECT_TRUE(target.is_harmless());
  ASSERT_EQ(write(in.ends[1], "ge", 2), 2);  // go, and the first that cat echoes
  ASSERT_EQ(read(out.ends[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'e');
  EXPECT_EQ(target.send({}), "");
  ASSERT_EQ(write(in.ends[1], "x", 1), 1);
  ASSERT_EQ(read(out.ends[0], &byte, 1), 1) << "it has ended";
  EXPECT_EQ(byte, 'x');
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  std::filesystem::remove_all(folder);
}

TEST(Target, ReadsBothSignalsOfAHandshake) {
  const std::string start = "7f00-7f01 r--p 00000000 00:01 12   /memfd:leakhook.signal.";
  EXPECT_EQ(handshake_in(start + "12.23 (deleted)\n").dump_signal, 12);
  EXPECT_EQ(handshake_in(start + "12.23 (deleted)\n").harmless_signal, 23);
  EXPECT_EQ(handshake_in(start + "34 (deleted)\n").dump_signal, 34);
  EXPECT_EQ(handshake_in(start + "34 (deleted)\n").harmless_signal, 0);
  EXPECT_EQ(handshake_in("7f00-7f01 r--p 00000000 08:01 1 /bin/service\n").dump_signal, 0);
}

TEST(Target, RefusesWhatIsNotLoaded) {
  Target self(getpid());
  EXPECT_NE(self.reason_against().find("not loaded"), std::string::npos);
}

TEST(Target, RefusesWhatIsNotThere) {
  EXPECT_EQ(Target(0x7ffffff0).reason_against(), "no such process");
}

TEST(Target, RefusesTheDead) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t ended{};
  waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  EXPECT_EQ(Target(child).reason_against(), "the process has ended");
  waitpid(child, nullptr, 0);
}

TEST(Target, KnowsTheLibraryByItsFileName) {
  const std::string range = "7f0000000000-7f0000001000 r-xp 00000000 08:01 123    ";
  EXPECT_TRUE(names_our_library(range + "/opt/lib/libleakhook.so\n"));
  EXPECT_TRUE(names_our_library(range + "/opt/lib/libleakhook.so.0 (deleted)\n"));
  EXPECT_FALSE(names_our_library(range + "/opt/libleakhook.so/libother.so\n"));
  EXPECT_FALSE(names_our_library(range + "\n"));
  EXPECT_FALSE(names_our_library(range + "/opt/lib/notlibleakhook.so\n"));
}

}  // namespace
}  // namespace leakhook
