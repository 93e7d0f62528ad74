// SPDX-License-Identifier: Apache-2.0
// How do the bytes of a segment get here? Copies first, checks, and only then hands them out.
#include "segment_reader.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace leakhook {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
/// More than a thousand million blocks: no service keeps books of this size.
constexpr std::uint64_t kMostBytes = 32 * kGiB;
constexpr std::size_t kChunk = 4 << 20;

constexpr int kRegions = static_cast<int>(Region::count);

std::uint64_t committed(const Header& header, int region) {
  return header.regions[region].committed.load(std::memory_order_relaxed);
}

/// All of `size` unless the stream ends first; the result is what came, -1 an error.
ssize_t read_fully(int fd, std::byte* out, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n = read(fd, out + got, size - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(got);
}

bool pread_fully(int fd, std::byte* out, std::size_t size, std::uint64_t offset) {
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n = pread(fd, out + got, size - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

std::size_t size_of_record(Region region) {
  switch (region) {
    case Region::fds:
      return sizeof(FdRecord);
    case Region::threads:
      return sizeof(ThreadRecord);
    case Region::resources:
      return sizeof(ResourceRecord);
    case Region::misuses:
      return sizeof(MisuseRecord);
    default:
      return 0;
  }
}

}  // namespace

Pages::~Pages() {
  if (memory_) munmap(memory_, capacity_);
}

bool Pages::grow(std::size_t size) {
  if (size > capacity_) {
    const std::size_t wanted = (std::max(size, 2 * capacity_) + 4095) & ~std::size_t{4095};
    void* moved = memory_ ? mremap(memory_, capacity_, wanted, MREMAP_MAYMOVE)
                          : mmap(nullptr, wanted, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (moved == MAP_FAILED) return false;
    memory_ = static_cast<std::byte*>(moved);
    capacity_ = wanted;
  }
  size_ = size;
  return true;
}

class SegmentReader {
 public:
  SegmentReader(int fd, Segment* segment) : fd_(fd), segment_(*segment) {}

  std::string read_header() {
    struct stat status {};
    is_file_ = fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
    if (is_file_) {
      file_size_ = static_cast<std::uint64_t>(status.st_size);
      segment_.file_time_ns_ = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                               static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
    }
    const ssize_t got = read_fully(fd_, segment_.header_.data(), kHeaderSize);
    if (got < 0) return std::string("cannot be read: ") + strerror(errno);
    if (got < 12) return "is not a segment of leakhook: too short";
    if (header().magic != kSegmentMagic) return "is not a segment of leakhook";
    if (header().layout_version != kLayoutVersion)
      return "has layout " + std::to_string(header().layout_version) + ", this command reads " +
             std::to_string(kLayoutVersion) + ": use the leakhook of the same version";
    if (static_cast<std::size_t>(got) < kHeaderSize) return "is cut off in its header";
    return check_header();
  }

  std::string read_regions() {
    segment_.is_old_dump_ = is_file_ && header().packed;
    for (int i = 0; i < kRegions; ++i) {
      if (!is_streamed(static_cast<Region>(i))) continue;
      std::string error = header().packed ? read_packed(i) : read_spread(i);
      if (!error.empty()) return error;
    }
    return {};
  }

 private:
  const Header& header() const { return segment_.header(); }

  std::string check_header() {
    if (header().header_size != kHeaderSize || header().packed > 1 || header().pid <= 0)
      return "is damaged: its header contradicts itself";
    if (!header().packed && !is_file_) return "is not a dump: a stream must be packed";
    std::uint64_t total = kHeaderSize;
    for (int i = 0; i < kRegions; ++i) {
      if (!is_streamed(static_cast<Region>(i))) continue;
      if (committed(header(), i) > kMostBytes) return "is damaged: a region is too large";
      total += committed(header(), i);
    }
    if (total > kMostBytes) return "is damaged: its regions are too large";
    if (header().packed)
      return is_file_ && total > file_size_ ? "is cut off: " + shortage(total) : std::string();
    return check_extents();
  }

  std::string shortage(std::uint64_t wanted) const {
    return std::to_string(file_size_) + " of " + std::to_string(wanted) + " bytes are there";
  }

  /// Spread: no region reaches into the header, into another one or past the end of the file.
  std::string check_extents() const {
    std::array<std::pair<std::uint64_t, std::uint64_t>, kRegions> ranges;
    for (int i = 0; i < kRegions; ++i) {
      const RegionExtent& extent = header().regions[i];
      const std::uint64_t size = is_streamed(static_cast<Region>(i)) ? committed(header(), i) : 0;
      ranges[i] = {extent.offset, size};
      if (size == 0) continue;
      if (extent.offset < kHeaderSize || extent.offset % 4096 || size > extent.reserved)
        return "is damaged: region " + std::to_string(i) + " lies in an impossible place";
      if (extent.offset > file_size_ || size > file_size_ - extent.offset)
        return "is cut off: region " + std::to_string(i) + " ends behind the end of the file";
    }
    std::sort(ranges.begin(), ranges.end());
    std::uint64_t end = 0;
    for (const auto& [offset, size] : ranges) {
      if (size == 0) continue;
      if (offset < end) return "is damaged: its regions overlap";
      end = offset + size;
    }
    return {};
  }

  /// Memory follows the bytes that came, never the number that was promised.
  std::string read_packed(int region) {
    const std::uint64_t wanted = committed(header(), region);
    Pages& pages = segment_.pages_[region];
    for (std::uint64_t have = 0; have < wanted;) {
      const std::size_t chunk = std::min<std::uint64_t>(kChunk, wanted - have);
      if (!pages.grow(have + chunk)) return "is too large for the memory at hand";
      const ssize_t got = read_fully(fd_, pages.begin() + have, chunk);
      if (got < 0) return std::string("cannot be read: ") + strerror(errno);
      if (static_cast<std::size_t>(got) < chunk)
        return "is cut off in region " + std::to_string(region);
      have += chunk;
    }
    return {};
  }

  /// Holes are not read: they stay untouched zero pages.
  std::string read_spread(int region) {
    const std::uint64_t size = committed(header(), region);
    const std::uint64_t start = header().regions[region].offset;
    if (size == 0) return {};
    if (!segment_.pages_[region].grow(size)) return "is too large for the memory at hand";
    if (!read_extents(start, size, segment_.pages_[region].begin())) return "cannot be read whole";
    const std::size_t record = size_of_record(static_cast<Region>(region));
    if (!record) return {};
    Pages again;
    if (!again.grow(size) || !read_extents(start, size, again.begin()))
      return "cannot be read whole";
    skip_changed(segment_.pages_[region].begin(), again.begin(), size, record);
    return {};
  }

  bool read_extents(std::uint64_t start, std::uint64_t size, std::byte* out) const {
    const std::uint64_t end = start + size;
    std::uint64_t at = start;
    while (at < end) {
      const off_t begin_of_bytes = lseek(fd_, static_cast<off_t>(at), SEEK_DATA);
      if (begin_of_bytes < 0) return errno == ENXIO;
      const off_t end_of_bytes = lseek(fd_, begin_of_bytes, SEEK_HOLE);
      const auto from = static_cast<std::uint64_t>(begin_of_bytes);
      if (end_of_bytes < 0) return false;
      if (from >= end) break;
      const std::uint64_t to = std::min(end, static_cast<std::uint64_t>(end_of_bytes));
      if (!pread_fully(fd_, out + (from - start), to - from, from)) return false;
      at = to;
    }
    return true;
  }

  /// A record that changed between two readings may be torn in the first: an odd version hides it.
  static void skip_changed(std::byte* first, const std::byte* second, std::size_t size,
                           std::size_t record) {
    for (std::size_t at = 0; at + record <= size; at += record) {
      std::uint32_t before, after;
      std::memcpy(&before, first + at, sizeof before);
      std::memcpy(&after, second + at, sizeof after);
      if (before == after) continue;
      before |= 1;
      std::memcpy(first + at, &before, sizeof before);
    }
  }

  int fd_;
  Segment& segment_;
  bool is_file_ = false;
  std::uint64_t file_size_ = 0;
};

std::string read_segment(int fd, Segment* segment,
                         const std::function<void(const Header&)>& header_known) {
  SegmentReader reader(fd, segment);
  std::string error = reader.read_header();
  if (!error.empty()) return error;
  if (header_known) header_known(segment->header());
  return reader.read_regions();
}

}  // namespace leakhook
