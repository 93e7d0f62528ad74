// SPDX-License-Identifier: Apache-2.0
// From a segment to the profiles of one dump, in memory: what it holds is read, reconciled with
// what the kernel says while its process lives, and named.
#pragma once
#include <optional>
#include <string>

#include "dump_profiles.h"
#include "process_look.h"
#include "segment_view.h"

namespace leakhook {

class SegmentProfiles {
 public:
  /// Lists what the kernel knows of a process that is going to stream its segment: whatever is
  /// opened later is in the stream or not in this list.
  void look_first(pid_t pid);

  /// Reads a segment. Empty when all went well, else one line for people that follows its name.
  /// `fd` stays open.
  std::string read(int fd);
  /// Null until read() met one.
  const Header* header() const { return header_; }

  /// `may_download`: a debuginfod server may be asked. Requires: read() went well; called once.
  DumpProfiles make(std::uint8_t labels, bool may_download);
  /// What was read. Requires: make() was called.
  const SegmentView& view() const { return *view_; }

 private:
  void header_known(const Header& header);
  std::string reason_not_reconciled() const;

  Segment segment_;
  const Header* header_ = nullptr;
  std::optional<ProcessLook> process_;
  KernelTables tables_;
  std::optional<SegmentView> view_;
};

}  // namespace leakhook
