// SPDX-License-Identifier: Apache-2.0
// Which segment harms the exporter? Whatever its bytes, it is refused, or its profiles are valid
// and can be read back. An input is a script (segment_script.h).
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../export/dump_profiles.h"
#include "../../export/gzip.h"
#include "../../export/presentable.h"
#include "../../export/segment_view.h"
#include "../../export/verdict/read_profile.h"
#include "profile.pb.h"
#include "segment_script.h"

using namespace leakhook;
using fuzz::require;

namespace {

constexpr int kPipe = 1 << 20;

/// A descriptor from which the segment is read; negative: it does not fit.
int open_segment(const fuzz::ScriptedSegment& segment) {
  const auto size = static_cast<ssize_t>(segment.bytes.size());
  if (segment.form != fuzz::Form::packed_stream) {
    const int fd = memfd_create("segment", MFD_CLOEXEC);
    require(write(fd, segment.bytes.data(), segment.bytes.size()) == size &&
                lseek(fd, 0, SEEK_SET) == 0,
            "a file can be written");
    return fd;
  }
  int ends[2];
  require(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0, "a pipe can be made");
  fcntl(ends[1], F_SETPIPE_SZ, kPipe);
  const bool fits = write(ends[1], segment.bytes.data(), segment.bytes.size()) == size;
  close(ends[1]);
  if (fits) return ends[0];
  close(ends[0]);
  return -1;
}

void check_profile(const FinishedProfile& finished) {
  perftools::profiles::Profile profile;
  require(profile.ParseFromString(finished.bytes), "a profile is a message");
  for (const auto& sample : profile.sample()) {
    require(sample.value_size() == profile.sample_type_size(), "a sample has all values");
    require(sample.location_id_size() > 0, "a sample has a stack");
    for (const std::int64_t value : sample.value()) require(value >= 0, "no value is negative");
    for (const std::uint64_t id : sample.location_id())
      require(id > 0 && id <= static_cast<std::uint64_t>(profile.location_size()), "places exist");
  }
  for (const auto& mapping : profile.mapping())
    require(mapping.memory_start() < mapping.memory_limit(), "a mapping has a size");
  for (const std::string& text : profile.string_table())
    require(presentable(text) == text, "texts are presentable");
  verdict::ReadProfile read;
  const std::string error = verdict::read_profile(compressed(finished.bytes), &read);
  if (!error.empty()) std::fprintf(stderr, "%s %s\n", finished.name.c_str(), error.c_str());
  require(error.empty(), "our reader takes what our writer makes");
}

void look_at(const SegmentView& view) {
  for (const std::string& text :
       {view.executable(), view.program(), view.command(), view.version()})
    require(presentable(text) == text, "texts are presentable");
  view.book_sizes();
  view.is_reach_known();
  std::uint64_t last = 0;
  view.for_each_live([&](const LiveBlock& block) {
    require(last == 0 || block.address > last, "every address once, in their order");
    last = block.address;
    view.age_s(block.birth);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const fuzz::ScriptedSegment scripted = fuzz::segment_of(fuzz::Input(bytes, size));
  const int fd = open_segment(scripted);
  if (fd < 0) return 0;
  Segment segment;
  const std::string error = read_segment(fd, &segment, nullptr);
  close(fd);
  if (!error.empty()) return 0;
  const SegmentView view(segment);
  look_at(view);
  const auto resources = open_resources(view, {});
  const DumpProfiles dump =
      make_profiles(view, resources, DebugFiles({}, false), {kLabelFd | kLabelPath, {}});
  for (const FinishedProfile& profile : dump.profiles) check_profile(profile);
  return 0;
}
