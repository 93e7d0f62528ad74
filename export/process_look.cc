// SPDX-License-Identifier: Apache-2.0
// What does the kernel say of the process now? One reader for each file of /proc that we ask.
#include "process_look.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>

#include "presentable.h"
#include "socket_name.h"

namespace leakhook {
namespace {

/// The entries of a folder whose names are numbers. Nothing: not all could be read.
std::optional<std::vector<int>> numbers_in(const std::string& folder) {
  struct Close {
    void operator()(DIR* open) const { closedir(open); }
  };
  const std::unique_ptr<DIR, Close> open(opendir(folder.c_str()));
  if (!open) return {};
  std::vector<int> numbers;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(open.get());
    if (!entry) break;
    const std::string_view name = entry->d_name;
    int number = 0;
    const auto end = std::from_chars(name.data(), name.data() + name.size(), number);
    if (end.ec == std::errc() && end.ptr == name.data() + name.size()) numbers.push_back(number);
  }
  if (errno != 0) return {};  // half of a list is worse than none
  return numbers;
}

std::string first_line(std::string text) {
  text.resize(std::min(text.size(), text.find('\n')));
  return presentable(text);
}

/// Lines of /proc/net/tcp and tcp6: "sl local remote state … inode".
void read_internet_peers(const std::string& file, std::map<std::uint64_t, std::string>* peers) {
  std::ifstream lines(file);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, skip;
    std::uint64_t inode = 0;
    fields >> slot >> local >> remote >> state >> skip >> skip >> skip >> skip >> skip >> inode;
    if (!fields || inode == 0) continue;
    std::string name = name_of_hex_address(remote);
    if (!name.empty()) peers->emplace(inode, std::move(name));
  }
}

/// Lines of /proc/net/unix: "Num RefCount Protocol Flags Type St Inode Path". A socket that was
/// accepted carries the path that its peer connected to.
void read_unix_peers(const std::string& file, std::map<std::uint64_t, std::string>* peers) {
  constexpr std::string_view kConnected = "03";
  std::ifstream lines(file);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string skip, state, path;
    std::uint64_t inode = 0;
    fields >> skip >> skip >> skip >> skip >> skip >> state >> inode;
    if (!fields || state != kConnected) continue;
    std::getline(fields >> std::ws, path);
    if (!path.empty()) peers->emplace(inode, presentable(path));
  }
}

}  // namespace

std::optional<ProcessStat> stat_of(pid_t pid) {
  const std::string text = text_of_file("/proc/" + std::to_string(pid) + "/stat");
  // The name stands in parentheses and may hold anything, parentheses too.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  ProcessStat stat;
  fields >> stat.state >> stat.parent;
  std::string skip;
  for (int field = 5; field < 22; ++field) fields >> skip;
  fields >> stat.start_ticks;
  for (int field = 23; field < 38; ++field) fields >> skip;
  fields >> stat.exit_signal;
  if (!fields) return {};
  return stat;
}

std::string link_target(const std::string& path) {
  char target[4096];
  const ssize_t size = readlink(path.c_str(), target, sizeof target);
  return size < 0 ? std::string() : std::string(target, static_cast<std::size_t>(size));
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

bool ProcessLook::is_alive() const {
  const auto stat = stat_of(pid_);
  return stat && stat->start_ticks == start_ticks_ && stat->state != 'Z' && stat->state != 'X';
}

std::string ProcessLook::folder() const { return "/proc/" + std::to_string(pid_); }

std::optional<std::map<int, std::string>> ProcessLook::fds() const {
  const auto numbers = numbers_in(folder() + "/fd");
  if (!numbers || !is_alive()) return {};
  std::map<int, std::string> targets;
  for (const int fd : *numbers) {
    std::string target = link_target(folder() + "/fd/" + std::to_string(fd));
    if (!target.empty())
      targets.emplace(fd, std::move(target));
    else if (errno != ENOENT)  // not closed meanwhile: we may not look
      return {};
  }
  return targets;
}

std::optional<std::map<pid_t, std::string>> ProcessLook::threads() const {
  const auto numbers = numbers_in(folder() + "/task");
  if (!numbers || !is_alive()) return {};
  std::map<pid_t, std::string> names;
  for (const pid_t tid : *numbers)
    names[tid] = first_line(text_of_file(folder() + "/task/" + std::to_string(tid) + "/comm"));
  return names;
}

std::optional<std::map<pid_t, std::string>> ProcessLook::children() const {
  const auto threads = numbers_in(folder() + "/task");
  if (!threads || !is_alive()) return {};
  std::map<pid_t, std::string> names;
  for (const pid_t tid : *threads) {
    std::ifstream list(folder() + "/task/" + std::to_string(tid) + "/children");
    if (!list && tid == pid_) return {};
    for (pid_t child; list >> child;) {
      const auto stat = stat_of(child);
      // Keepers, of this dump and of others, end without SIGCHLD; we are their children.
      if (!stat || stat->exit_signal != SIGCHLD || child == getpid() || child == getppid())
        continue;
      names[child] = first_line(text_of_file("/proc/" + std::to_string(child) + "/comm"));
    }
  }
  return names;
}

std::map<std::uint64_t, std::string> ProcessLook::peers() const {
  std::map<std::uint64_t, std::string> peers;
  if (!is_alive()) return peers;
  read_internet_peers(folder() + "/net/tcp", &peers);
  read_internet_peers(folder() + "/net/tcp6", &peers);
  read_unix_peers(folder() + "/net/unix", &peers);
  return peers;
}

}  // namespace leakhook
