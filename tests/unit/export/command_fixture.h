// SPDX-License-Identifier: Apache-2.0
// What do tests of the finished command share? A folder, runs of the command in it, and a service
// that can be asked.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../sanitized.h"
#include "segment_builder.h"

namespace leakhook::testing {

using Texts = std::vector<std::string>;

struct Finished {
  int status = -1;  ///< −signal when killed
  std::string out, err;
};

/// A program with its three streams in files of a folder, so that none of them can fill up.
class Started {
 public:
  Started(const TemporaryFolder& folder, const Texts& command, const std::string& input = "",
          const Texts& environment = {})
      : out_(folder / ".out" + std::to_string(++number_)), err_(out_ + "err") {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      if (chdir(folder.path().c_str()) != 0) _exit(126);
      dup2(ends[0], 0);
      dup2(creat(out_.c_str(), 0600), 1);
      dup2(creat(err_.c_str(), 0600), 2);
      std::vector<char*> arguments;
      for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      for (const std::string& entry : environment) putenv(const_cast<char*>(entry.c_str()));
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    for (std::size_t done = 0; done < input.size();) {
      const ssize_t n = write(ends[1], input.data() + done, input.size() - done);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    close(ends[1]);
  }
  ~Started() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    finish();
  }

  pid_t pid() const { return pid_; }

  /// Waits until it said this.
  void await(const std::string& text) const {
    while (read_file(out_).find(text) == std::string::npos && kill(pid_, 0) == 0)
      std::this_thread::yield();
  }

  Finished finish() {
    Finished result;
    int status = 0;
    if (pid_ > 0 && waitpid(pid_, &status, 0) == pid_)
      result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    pid_ = -1;
    result.out = read_file(out_);
    result.err = read_file(err_);
    return result;
  }

 private:
  static inline int number_ = 0;
  std::string out_, err_;
  pid_t pid_ = -1;
};

class CommandTest : public ::testing::Test {
 protected:
  Finished leakhook(Texts words, const std::string& input = "") {
    words.insert(words.begin(), LEAKHOOK_COMMAND);
    return Started(folder_, words, input).finish();
  }

  /// Visible names that begin with `start`.
  Texts files(const std::string& start) const {
    Texts found;
    for (const std::string& name : folder_.names())
      if (name.starts_with(start)) found.push_back(name);
    return found;
  }

  static Texts five(const std::string& stem) {
    return {stem + ".fd.pb.gz", stem + ".heap.pb.gz", stem + ".mapping.pb.gz",
            stem + ".thread.pb.gz", stem + ".timer.pb.gz"};
  }

  TemporaryFolder folder_;
  SegmentBuilder builder_;
};

class RequestTest : public CommandTest {
 protected:
  void SetUp() override {
    if (kIsThreadSanitized)
      GTEST_SKIP() << "the thread sanitizer keeps the request signal from the fake service";
    CommandTest::SetUp();
  }

  /// Ready to be asked.
  std::unique_ptr<Started> service(const std::string& behaviour, int signal_number = SIGUSR2,
                                   const Texts& environment = {}) {
    return service_of(std::to_string(signal_number), behaviour, environment);
  }

  /// `signals` as in the name of the page that a service shows: one number, or two and a dot.
  std::unique_ptr<Started> service_of(const std::string& signals, const std::string& behaviour,
                                      const Texts& environment = {}) {
    write_file(folder_ / "libleakhook.so", std::string(4096, '\0'));
    auto started = std::make_unique<Started>(
        folder_,
        Texts{FAKE_SERVICE, folder_ / "libleakhook.so", signals, behaviour}, "", environment);
    started->await("ready");
    return started;
  }

  Finished ask(const Started& asked, Texts words) {
    words.push_back(std::to_string(asked.pid()));
    return leakhook(words);
  }

  static std::string said(Started* asked) {
    kill(asked->pid(), SIGKILL);
    return asked->finish().out;
  }
};

}  // namespace leakhook::testing
