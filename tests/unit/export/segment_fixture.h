// SPDX-License-Identifier: Apache-2.0
// A segment that went through the reader, ready to be looked at.
#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "../../../export/segment_view.h"
#include "segment_builder.h"

namespace leakhook::testing {

struct LoadedSegment {
  explicit LoadedSegment(const std::string& bytes) : error(load(bytes)), view(segment) {}

  Segment segment;
  std::string error;
  SegmentView view;

 private:
  std::string load(const std::string& bytes) {
    const TemporaryFolder folder;
    write_file(folder / "x.lhk", bytes);
    const int fd = open((folder / "x.lhk").c_str(), O_RDONLY | O_CLOEXEC);
    const std::string result = read_segment(fd, &segment, nullptr);
    close(fd);
    return result;
  }
};

}  // namespace leakhook::testing
