// SPDX-License-Identifier: Apache-2.0
// What does a living service hold now?
#include "live_service.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "../preload/contract/file_names.h"
#include "dump_request.h"
#include "gzip.h"
#include "open_file.h"
#include "process_look.h"
#include "profile_bundle.h"
#include "segment_profiles.h"
#include "verdict/profile_reader.h"

namespace leakhook {
namespace {


LiveDump refusal(std::string reason) {
  LiveDump answer;
  answer.reason = std::move(reason);
  return answer;
}

LiveDump dump_of(std::vector<verdict::ProfileFile> profiles) {
  std::vector<std::string> errors;
  LiveDump answer;
  answer.dump = verdict::dump_of(std::move(profiles), &errors);
  if (!answer.dump) answer.reason = errors.empty() ? "its dump is empty" : errors.front();
  return answer;
}

/// A segment of this very process, not one that its parent had.
bool is_segment_of(const std::string& path, std::uint64_t start_ticks) {
  const FileHeader header(OpenFile(path, O_NOFOLLOW));
  return header && header->process_start_ticks == start_ticks;
}

}  // namespace

LiveService::LiveService(pid_t pid) : pid_(pid) {
  const auto stat = stat_of(pid);
  if (!stat) return;
  start_ticks_ = stat->start_ticks;
  const std::string folder = "/proc/" + std::to_string(pid);
  for (const std::string& path : segments_in(text_of_file(folder + "/maps"))) {
    // Through its root: the service may live in a container.
    const std::string seen = folder + "/root" + path;
    if (is_segment_of(seen, start_ticks_)) segment_ = seen;
  }
}

LiveDump LiveService::dump(std::uint8_t labels, std::chrono::milliseconds timeout,
                           int stop_fd) const {
  if (!ProcessLook(pid_, start_ticks_).is_alive()) {
    LiveDump answer = refusal(start_ticks_ == 0 ? "no such process" : "it has ended");
    answer.has_ended = true;
    return answer;
  }
  if (reads_segment() && (labels & kLabelReach) == 0) return from_segment(labels);
  const DumpAnswer asked = ask_for_dump(pid_, labels, Wanted::profiles, timeout, stop_fd);
  if (!asked.reason.empty()) return {{}, asked.reason, asked.has_ended, asked.was_stopped};
  auto profiles = profiles_in(asked.text);
  if (!profiles) return refusal("its answer is no dump");
  return dump_of(std::move(*profiles));
}

LiveDump LiveService::from_segment(std::uint8_t labels) const {
  const OpenFile file(segment_, O_NOFOLLOW);
  if (file.fd() < 0) return refusal(segment_ + ": " + strerror(errno));
  SegmentProfiles segment;
  if (const std::string error = segment.read(file.fd()); !error.empty())
    return refusal(segment_ + " " + error);
  std::vector<verdict::ProfileFile> files;
  for (const FinishedProfile& profile : segment.make(labels, false).profiles)
    files.push_back({profile.name, "", compressed(profile.bytes)});
  return dump_of(std::move(files));
}

std::vector<std::string> segments_in(const std::string& maps) {
  std::vector<std::string> paths;
  std::istringstream lines(maps);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find('/');
    if (start == std::string::npos || !line.ends_with(kSegmentSuffix)) continue;
    const std::string path = line.substr(start);
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  }
  return paths;
}

}  // namespace leakhook
