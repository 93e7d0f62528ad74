// SPDX-License-Identifier: Apache-2.0
// Which profiles does a dump consist of? Samples with their labels, shapes and comments.
#pragma once
#include <string>
#include <vector>

#include "../preload/contract/request.h"
#include "debug_files.h"
#include "open_resources.h"

namespace leakhook {

struct FinishedProfile {
  std::string name;   ///< "heap", "fd", …
  std::string bytes;  ///< serialized, not compressed
};

struct DumpSummary {
  std::int64_t heap_bytes = 0;
  std::int64_t heap_blocks = 0;
  std::size_t fds = 0;
  std::size_t threads = 0;
  std::size_t timers = 0;
  std::size_t misuses = 0;  ///< sorts and stacks
};

struct DumpOptions {
  std::uint8_t labels = 0;         ///< LabelSet
  std::vector<std::string> notes;  ///< more comments
};

struct DumpProfiles {
  std::vector<FinishedProfile> profiles;
  DumpSummary summary;
};

DumpProfiles make_profiles(const SegmentView& view, const std::vector<OpenResource>& resources,
                           DebugFiles files, const DumpOptions& options);

}  // namespace leakhook
