// SPDX-License-Identifier: Apache-2.0
// From a segment to the profiles of one dump, in memory.
#include "segment_profiles.h"

#include <ctime>

namespace leakhook {
namespace {

std::uint64_t now_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

void SegmentProfiles::look_first(pid_t pid) {
  const auto stat = stat_of(pid);
  if (!stat) return;
  process_.emplace(pid, stat->start_ticks);
  look_before(*process_, &tables_);
}

std::string SegmentProfiles::read(int fd) {
  return read_segment(fd, &segment_, [&](const Header& header) { header_known(header); });
}

void SegmentProfiles::header_known(const Header& header) {
  header_ = &header;
  if (process_ && header.pid == process_->pid() && process_->is_alive()) return;
  process_.emplace(header.pid, header.process_start_ticks);
  if (process_->is_alive())
    look_before(*process_, &tables_);
  else
    process_.reset();
}

DumpProfiles SegmentProfiles::make(std::uint8_t labels, bool may_download) {
  DumpOptions options;
  options.labels = labels;
  const bool is_now = process_ && !segment_.is_old_dump() && process_->is_alive();
  if (is_now)
    look_after(*process_, &tables_);
  else
    tables_ = {};
  if (!tables_.fds.is_known()) options.notes.push_back(reason_not_reconciled());
  view_.emplace(segment_);
  if (is_now && !header_->packed)
    view_->set_moment(now_ns(CLOCK_REALTIME), now_ns(CLOCK_MONOTONIC));
  return make_profiles(*view_, open_resources(*view_, tables_), DebugFiles(process_, may_download),
                       options);
}

std::string SegmentProfiles::reason_not_reconciled() const {
  const std::string start = "not reconciled with /proc: ";
  if (segment_.is_old_dump()) return start + "made from a stored dump";
  return start + (process_ ? "not permitted" : "the process has ended");
}

}  // namespace leakhook
