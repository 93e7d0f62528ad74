// SPDX-License-Identifier: Apache-2.0
// What else than heap was open? One collector for each table.
#include "open_resources.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "segment_view.h"
#include "socket_name.h"

namespace leakhook {
namespace {

/// The number in "socket:[123]", 0 for other targets.
std::uint64_t socket_inode(std::string_view target) {
  constexpr std::string_view kPrefix = "socket:[";
  std::uint64_t inode = 0;
  if (target.substr(0, kPrefix.size()) == kPrefix)
    std::from_chars(target.data() + kPrefix.size(), target.data() + target.size(), inode);
  return inode;
}

bool is_kind_of(Kind kind, Profile profile) {
  return kind != Kind::none && kind < Kind::count && row_of(kind).profile == profile;
}

/// Was this number closed and opened again without us? A record of one kind and a kernel that says
/// another. Kinds whose link says nothing special prove nothing; a FIFO or a memfd can be opened by
/// path.
bool is_reused(Kind recorded, Kind seen) {
  const auto is_special = [](Kind kind) {
    return kind >= Kind::pipe && kind <= Kind::socket && kind != Kind::pty;
  };
  if (recorded == seen || recorded == Kind::other_fd) return false;
  if (recorded == Kind::file && (seen == Kind::pipe || seen == Kind::memfd)) return false;
  return is_special(recorded) || is_special(seen);
}

class Collector {
 public:
  Collector(const SegmentView& view, const KernelTables& tables) : view_(view), tables_(tables) {}

  void collect_fds() {
    std::set<int> recorded;
    view_.for_each_fd([&](std::size_t index, const FdRecord& record) {
      if (record.kind == Kind::none) return;
      const int fd = static_cast<int>(index);
      recorded.insert(fd);
      if (!tables_.fds.in_neither(fd)) add_fd(fd, record);
    });
    if (!tables_.fds.is_known()) return;
    for (const auto& [fd, target] : *tables_.fds.after) {
      const auto before = tables_.fds.before->find(fd);
      if (recorded.count(fd) || before == tables_.fds.before->end() || before->second != target)
        continue;
      add_untracked_fd(fd, target);
    }
  }

  void collect_threads() {
    std::set<pid_t> recorded;
    bool has_main = false;
    view_.for_each_thread([&](std::size_t, const ThreadRecord& record) {
      if (record.state == ThreadState::free) return;
      if (record.state > ThreadState::ended) return view_.count_damaged();
      recorded.insert(record.tid);
      has_main |= record.is_main != 0;
      const bool has_run = record.tid != 0 && record.state == ThreadState::running;
      if (!has_run || !tables_.threads.in_neither(record.tid)) add_thread(record);
    });
    if (!tables_.threads.is_known()) return;
    // The main thread was there before us, as descriptors are that came with the process.
    const pid_t main = view_.header().pid;
    for (const auto& [tid, name] : *tables_.threads.after) {
      if (recorded.count(tid) || !tables_.threads.before->count(tid)) continue;
      if (tid == main && has_main) continue;
      OpenResource resource;
      resource.kind = Kind::thread;
      resource.origin = tid == main ? Origin::inherited : Origin::untracked;
      resource.thread = name;
      resource.state = "running";
      add(std::move(resource));
    }
  }

  void collect_resources() {
    std::set<pid_t> recorded;
    view_.for_each_resource([&](std::size_t, const ResourceRecord& record) {
      if (record.kind == Kind::none) return;
      if (record.kind == Kind::process) {
        const auto child = static_cast<pid_t>(record.identity);
        recorded.insert(child);
        if (tables_.children.in_neither(child)) return;
      }
      add_resource(record);
    });
    if (!tables_.children.is_known()) return;
    for (const auto& [child, name] : *tables_.children.after) {
      if (recorded.count(child) || !tables_.children.before->count(child)) continue;
      OpenResource resource;
      resource.kind = Kind::process;
      resource.origin = Origin::untracked;
      resource.path = name;
      add(std::move(resource));
    }
  }

  std::vector<OpenResource> take() { return std::move(found_); }

 private:
  Origin origin_of(bool is_flagged, std::uint32_t birth) const {
    return is_flagged || view_.is_inherited(birth) ? Origin::inherited : Origin::hooked;
  }

  void add_untracked_fd(int fd, const std::string& target) {
    OpenResource resource;
    resource.kind = kind_of(fd, target);
    resource.origin = Origin::untracked;
    resource.fd = fd;
    if (target[0] == '/') resource.path = presentable(target);
    if (resource.kind == Kind::socket) resource.peer = peer_of(target);
    add(std::move(resource));
  }

  void add_fd(int fd, const FdRecord& record) {
    if (!is_kind_of(record.kind, Profile::fd)) return view_.count_damaged();
    const std::string target = target_of(fd);
    if (!target.empty() && is_reused(record.kind, kind_of(fd, target)))
      return add_untracked_fd(fd, target);
    OpenResource resource;
    resource.kind = record.kind;
    resource.origin = origin_of(record.flags & kFdInherited, record.birth);
    resource.stack = view_.checked(record.stack);
    resource.mark = view_.mark(resource.stack);
    resource.age_s = view_.age_s(record.birth);
    resource.fd = fd;
    resource.thread = view_.thread_name(record.thread);
    const std::string_view name(record.name,
                                std::min<std::size_t>(record.name_size, sizeof record.name));
    const auto form = static_cast<NameForm>(record.name_form);
    if (form == NameForm::path) resource.path = presentable(name);
    if (form == NameForm::peer) resource.peer = name_of_address(name.data(), name.size());
    // The service does not ask what it inherits; the kernel knows.
    if (resource.kind == Kind::other_fd && resource.origin == Origin::inherited && !target.empty())
      resource.kind = kind_of(fd, target);
    if (resource.kind == Kind::socket && resource.peer.empty()) resource.peer = peer_of(target);
    add(std::move(resource));
  }

  void add_thread(const ThreadRecord& record) {
    OpenResource resource;
    resource.kind = Kind::thread;
    resource.origin = origin_of(record.is_main, record.birth);
    resource.stack = view_.checked(record.stack);
    resource.mark = view_.mark(resource.stack);
    resource.age_s = view_.age_s(record.birth);
    resource.thread = view_.thread_name(record.name);
    resource.state = record.state == ThreadState::ended ? "ended"
                     : record.is_detached               ? "detached"
                                                        : "running";
    if (resource.thread.empty() && tables_.threads.after) {
      const auto listed = tables_.threads.after->find(record.tid);
      if (listed != tables_.threads.after->end()) resource.thread = listed->second;
    }
    add(std::move(resource));
  }

  void add_resource(const ResourceRecord& record) {
    const bool fits = record.kind < Kind::count && record.kind != Kind::thread &&
                      !is_kind_of(record.kind, Profile::heap) &&
                      !is_kind_of(record.kind, Profile::fd);
    if (!fits || record.size >> 62) return view_.count_damaged();
    OpenResource resource;
    resource.kind = record.kind;
    resource.origin = origin_of(record.flags & kResourceInherited, record.birth);
    resource.stack = view_.checked(record.stack);
    resource.mark = view_.mark(resource.stack);
    resource.age_s = view_.age_s(record.birth);
    resource.size = record.kind == Kind::mapping ? record.size : 0;
    resource.thread = view_.thread_name(record.thread);
    resource.path = presentable(text_of(record.name));
    add(std::move(resource));
  }

  /// Empty: the kernel did not tell.
  std::string target_of(int fd) const {
    if (!tables_.fds.is_known()) return {};
    const auto listed = tables_.fds.after->find(fd);
    return listed == tables_.fds.after->end() ? std::string() : listed->second;
  }

  Kind kind_of(int fd, const std::string& target) const {
    return kind_of_target(target, target[0] == '/' && tables_.is_directory(fd));
  }

  std::string peer_of(std::string_view target) {
    const std::uint64_t inode = socket_inode(target);
    if (inode == 0) return {};
    if (!peers_) peers_ = tables_.peers();
    const auto peer = peers_->find(inode);
    return peer == peers_->end() ? std::string() : peer->second;
  }

  void add(OpenResource resource) { found_.push_back(std::move(resource)); }

  const SegmentView& view_;
  const KernelTables& tables_;
  std::optional<std::map<std::uint64_t, std::string>> peers_;
  std::vector<OpenResource> found_;
};

}  // namespace

void look_before(const ProcessLook& process, KernelTables* tables) {
  tables->fds.before = process.fds();
  tables->threads.before = process.threads();
  tables->children.before = process.children();
}

void look_after(const ProcessLook& process, KernelTables* tables) {
  tables->fds.after = process.fds();
  tables->threads.after = process.threads();
  tables->children.after = process.children();
  tables->peers = [process] { return process.peers(); };
  tables->is_directory = [process](int fd) {
    const std::string status = text_of_file(process.folder() + "/fdinfo/" + std::to_string(fd));
    const std::size_t flags = status.find("flags:");
    return flags != std::string::npos &&
           (std::strtoul(status.c_str() + flags + 6, nullptr, 8) & O_DIRECTORY) != 0;
  };
}

std::vector<OpenResource> open_resources(const SegmentView& view, const KernelTables& tables) {
  Collector collector(view, tables);
  collector.collect_fds();
  collector.collect_threads();
  collector.collect_resources();
  return collector.take();
}

Kind kind_of_target(std::string_view target, bool is_directory) {
  struct Prefix {
    std::string_view text;
    Kind kind;
  };
  static constexpr Prefix kPrefixes[] = {
      {"socket:", Kind::socket},
      {"pipe:", Kind::pipe},
      {"pidfd:", Kind::pidfd},
      {"anon_inode:[eventfd]", Kind::eventfd},
      {"anon_inode:[timerfd]", Kind::timerfd},
      {"anon_inode:[signalfd]", Kind::signalfd},
      {"anon_inode:[eventpoll]", Kind::epoll},
      {"anon_inode:inotify", Kind::inotify},
      {"anon_inode:[pidfd]", Kind::pidfd},
      {"/memfd:", Kind::memfd},
      {"/dev/ptmx", Kind::pty},
      {"/dev/pts/ptmx", Kind::pty},
  };
  for (const Prefix& prefix : kPrefixes)
    if (target.substr(0, prefix.text.size()) == prefix.text) return prefix.kind;
  if (is_directory) return Kind::directory;
  return target.substr(0, 1) == "/" ? Kind::file : Kind::other_fd;
}

}  // namespace leakhook
