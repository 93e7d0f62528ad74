// SPDX-License-Identifier: Apache-2.0
// What else than heap was open? The books of the service reconciled with what the kernel says:
// what came in ways we do not see is added as untracked, what went so is dropped.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "../preload/contract/layout.h"
#include "process_look.h"

namespace leakhook {

class SegmentView;

enum class Origin : std::uint8_t {
  hooked,     ///< came through a hook
  inherited,  ///< was there when tracking began
  untracked,  ///< the kernel has it, the books do not
};

struct OpenResource {
  Kind kind = Kind::none;
  Origin origin = Origin::hooked;
  StackId stack = 0;
  std::optional<std::uint64_t> age_s;
  std::uint64_t size = 0;  ///< bytes of a mapping
  int fd = -1;
  std::string thread;
  std::string mark;        ///< see SegmentView::mark()
  const char* state = "";  ///< of threads: "running", "detached" (and running), "ended"
  std::string path;
  std::string peer;
};

/// What the kernel listed before the books were copied and after. What stands in both lists was
/// there all the time; what stands in neither was not.
template <class Key>
struct BeforeAfter {
  std::optional<std::map<Key, std::string>> before;
  std::optional<std::map<Key, std::string>> after;

  bool is_known() const { return before && after; }
  bool in_neither(Key key) const { return is_known() && !before->count(key) && !after->count(key); }
};

struct KernelTables {
  BeforeAfter<int> fds;
  BeforeAfter<pid_t> threads;
  BeforeAfter<pid_t> children;
  /// Asked only for descriptors that the books do not have.
  std::function<bool(int fd)> is_directory = [](int) { return false; };
  /// Asked at most once, when a socket lacks its peer.
  std::function<std::map<std::uint64_t, std::string>()> peers = [] {
    return std::map<std::uint64_t, std::string>();
  };
};

/// Tables of a living process; without one every list stays empty and nothing is reconciled.
void look_before(const ProcessLook& process, KernelTables* tables);
void look_after(const ProcessLook& process, KernelTables* tables);

std::vector<OpenResource> open_resources(const SegmentView& view, const KernelTables& tables);

/// The kind that the kernel's name of a descriptor speaks of ("socket:[123]").
Kind kind_of_target(std::string_view target, bool is_directory);

}  // namespace leakhook
