// SPDX-License-Identifier: Apache-2.0
// Segments as a service would write them.
#include "segment_builder.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace leakhook::testing {
namespace {

constexpr int kRegions = static_cast<int>(Region::count);
constexpr std::uint64_t kSecond = 1'000'000'000;

std::uint64_t whole_pages(std::uint64_t size) { return (size + 4095) / 4096 * 4096; }

}  // namespace

SegmentBuilder::SegmentBuilder() : regions_(kRegions + 1) {
  regions_.back().resize(kHeaderSize);
  Header& h = header();
  h.magic = kSegmentMagic;
  h.layout_version = kLayoutVersion;
  h.header_size = kHeaderSize;
  h.pid = 0x7ffffff0;  // nobody
  h.process_start_ticks = 12345;
  h.start_realtime_ns = 1'700'000'000 * kSecond;
  h.start_monotonic_ns = 1000 * kSecond;
  h.dump_realtime_ns = h.start_realtime_ns + 100 * kSecond;
  h.dump_monotonic_ns = h.start_monotonic_ns + 100 * kSecond;
  h.dump_number = 1;
  h.birth_shift = 1;
  h.libc_hooked = 1;
  h.settings.sample_bytes = 1;
  h.settings.verbose = 1;
  set_text(h.version, sizeof h.version, LEAKHOOK_VERSION);
  set_text(h.program, sizeof h.program, "service");
  set_text(h.executable, sizeof h.executable, "/opt/bin/service");
  set_text(h.command, sizeof h.command, "service --fast");
  at<StackRecord>(Region::stacks, 0);
  at<Node>(Region::nodes, 0);
  at<ModuleRecord>(Region::modules, 0);
  at<NameRecord>(Region::names, 0);
}

void SegmentBuilder::set_text(char* field, std::size_t size, const std::string& text) {
  std::memset(field, 0, size);
  std::memcpy(field, text.data(), std::min(size, text.size()));
}

ModuleId SegmentBuilder::module(const std::string& path, const std::string& build_id,
                                std::uint64_t start, std::uint64_t size, std::uint64_t load_bias) {
  const std::size_t id = bytes(Region::modules).size() / sizeof(ModuleRecord);
  auto& record = at<ModuleRecord>(Region::modules, id);
  record.state = static_cast<std::uint32_t>(ModuleState::loaded);
  record.start = start;
  record.end = start + size;
  record.load_bias = load_bias;
  record.build_id_size = static_cast<std::uint32_t>(build_id.size());
  std::memcpy(record.build_id, build_id.data(), std::min(build_id.size(), sizeof record.build_id));
  set_text(record.path, sizeof record.path, path);
  return static_cast<ModuleId>(id);
}

NameId SegmentBuilder::name(const std::string& text) {
  const std::size_t id = bytes(Region::names).size() / sizeof(NameRecord);
  set_text(at<NameRecord>(Region::names, id).text, sizeof(NameRecord), text);
  return static_cast<NameId>(id);
}

StackId SegmentBuilder::stack(const std::vector<std::uint64_t>& places, std::uint16_t end) {
  NodeId parent = 0;
  for (auto at_place = places.rbegin(); at_place != places.rend(); ++at_place) {
    const std::size_t id = bytes(Region::nodes).size() / sizeof(Node);
    auto& node = at<Node>(Region::nodes, id);
    node.place = *at_place;
    node.parent = parent;
    parent = static_cast<NodeId>(id);
  }
  const std::size_t id = bytes(Region::stacks).size() / sizeof(StackRecord);
  auto& record = at<StackRecord>(Region::stacks, id);
  record.hash = id + 1;
  record.leaf = parent;
  record.depth = static_cast<std::uint16_t>(places.size());
  record.end = end & 15;
  return static_cast<StackId>(id);
}

void SegmentBuilder::mark(StackId stack, const std::string& text) {
  const std::size_t id = std::max<std::size_t>(bytes(Region::marks).size() / sizeof(MarkRecord), 1);
  set_text(at<MarkRecord>(Region::marks, id).text, sizeof(MarkRecord), text);
  at<StackRecord>(Region::stacks, stack).mark = id & (kMaxMarks - 1);
}

void SegmentBuilder::live(std::uint64_t address, std::uint64_t size, StackId stack, NameId thread,
                          std::uint32_t birth) {
  auto& record = at<LiveRecord>(Region::live, live_count_++);
  record.key = live_key(address, birth);
  record.value = LiveValue{size, stack, thread}.encode();
}

void SegmentBuilder::reach(std::uint64_t address, std::uint64_t size, StackId stack, Reach word) {
  const std::size_t index = bytes(Region::reach).size() / sizeof(ReachRecord);
  reach(address, size, stack, word, static_cast<std::uint32_t>(index));
}

void SegmentBuilder::reach(std::uint64_t address, std::uint64_t size, StackId stack, Reach word,
                           std::uint32_t leader) {
  header().reach.was_asked = 1;
  const std::size_t index = bytes(Region::reach).size() / sizeof(ReachRecord);
  at<ReachRecord>(Region::reach, index) = {address, ReachRecord::encode(size, word), stack, leader};
}

void SegmentBuilder::count(StackId stack, std::uint64_t objects, std::uint64_t bytes,
                           std::uint32_t shard) {
  auto& counts = at<StackCounts>(Region::counts, count_index(stack, shard));
  counts.objects = objects;
  counts.bytes = bytes;
}

FdRecord& SegmentBuilder::fd(int number, Kind kind, StackId stack, std::uint32_t birth) {
  auto& record = at<FdRecord>(Region::fds, static_cast<std::size_t>(number));
  record.version = 2;
  record.kind = kind;
  record.stack = stack;
  record.birth = birth;
  return record;
}

ThreadRecord& SegmentBuilder::thread(ThreadState state, std::int32_t tid, StackId stack) {
  const std::size_t index = bytes(Region::threads).size() / sizeof(ThreadRecord);
  auto& record = at<ThreadRecord>(Region::threads, index);
  record.version = 2;
  record.state = state;
  record.tid = tid;
  record.stack = stack;
  record.birth = 1;
  return record;
}

MisuseRecord& SegmentBuilder::misuse(MisuseKind misuse, Kind kind, StackId stack) {
  auto& record = at<MisuseRecord>(Region::misuses, misuse_count_++);
  record.version.store(2);
  record.misuse = misuse, record.kind = kind, record.stack = stack;
  record.birth = 1, record.count = 1;
  return record;
}

ResourceRecord& SegmentBuilder::resource(Kind kind, std::uint64_t identity, StackId stack) {
  auto& record = at<ResourceRecord>(Region::resources, 3 * resource_count_++);
  record.version = 2;
  record.kind = kind;
  record.identity = identity;
  record.stack = stack;
  record.birth = 1;
  return record;
}

void SegmentBuilder::set_extents(bool is_packed) {
  bytes(Region::live).resize((bytes(Region::live).size() + 63) / 64 * 64);
  header().packed = is_packed;
  header().live_buckets = bytes(Region::live).size() / sizeof(LiveBucket);
  std::uint64_t offset = kHeaderSize;
  for (int i = 0; i < kRegions; ++i) {
    RegionExtent& extent = header().regions[i];
    extent.offset = offset;
    extent.committed = regions_[i].size();
    extent.reserved = whole_pages(regions_[i].size()) + 1 * 4096;
    offset += extent.reserved;
  }
}

std::string SegmentBuilder::packed() {
  set_extents(true);
  std::string all = regions_.back();
  for (int i = 0; i < kRegions; ++i)
    if (is_streamed(static_cast<Region>(i))) all += regions_[i];
  return all;
}

std::string SegmentBuilder::spread() {
  set_extents(false);
  std::string all = regions_.back();
  for (int i = 0; i < kRegions; ++i) {
    all.resize(header().regions[i].offset);
    all += regions_[i];
  }
  all.resize(whole_pages(all.size()));
  return all;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "leakhook-test-XXXXXX";
  path_ = mkdtemp(pattern.data()) ? pattern : "/nonexistent";
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace leakhook::testing
