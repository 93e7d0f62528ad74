// SPDX-License-Identifier: Apache-2.0
// How does the program of a run start?
#include "launch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "../commands/outcome.h"
#include "../process_look.h"
#include "../program_file.h"

namespace leakhook {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// What a shell says and returns where execvp failed.
Launched refusal(const std::string& program, int error) {
  constexpr int kNotFound = 127, kNotExecutable = 126;
  Launched result;
  result.status = error == ENOENT ? kNotFound : kNotExecutable;
  std::string what = strerror(error);
  const std::string path = found_in_path(program);
  struct stat status {};
  if (error == ENOENT)
    what = !path.empty()                            ? "its interpreter is missing"
           : program.find('/') == std::string::npos ? "command not found"
                                                    : what;
  else if (error == EACCES && stat(program.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    what = "is a directory";
  result.reason = program + ": " + what;
  return result;
}

/// In the child: never returns.
[[noreturn]] void become(char* const* arguments, char* const* environment,
                         const Inheritance& inheritance, int report) {
  inheritance.descriptors.close_again();
  sigaction(SIGCHLD, &inheritance.on_child_end, nullptr);
  pthread_sigmask(SIG_SETMASK, &inheritance.blocked, nullptr);
  execvpe(arguments[0], arguments, environment);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(report, &error, sizeof error);
  _exit(127);
}

}  // namespace

StandardDescriptors::StandardDescriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    was_closed_[fd] = fcntl(fd, F_GETFD) < 0;
    // The lowest free number is this one: those below it are taken.
    if (was_closed_[fd] && open("/dev/null", O_RDWR) < 0) open("/", O_RDONLY | O_DIRECTORY);
  }
}

void StandardDescriptors::close_again() const {
  for (int fd = 0; fd <= 2; ++fd)
    if (was_closed_[fd]) close(fd);
}

Launched launch(const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment, const Inheritance& inheritance) {
  const auto argv = pointers(arguments), envp = pointers(environment);
  Launched unable;
  unable.status = kExitUnable;
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) {
    unable.reason = std::string("no pipe to be had: ") + strerror(errno);
    return unable;
  }
  Launched result;
  result.pid = fork();
  if (result.pid == 0) become(argv.data(), envp.data(), inheritance, report[1]);
  const int fork_error = errno;
  close(report[1]);
  int error = 0;
  ssize_t got = -1;
  while (result.pid > 0 && (got = read(report[0], &error, sizeof error)) < 0 && errno == EINTR) {
  }
  close(report[0]);
  if (result.pid < 0) {
    unable.reason = std::string("no process to be had: ") + strerror(fork_error);
    return unable;
  }
  if (got == static_cast<ssize_t>(sizeof error)) {
    waitpid(result.pid, nullptr, 0);
    return refusal(arguments[0], error);
  }
  if (const auto stat = stat_of(result.pid)) result.start_ticks = stat->start_ticks;
  return result;
}

}  // namespace leakhook
