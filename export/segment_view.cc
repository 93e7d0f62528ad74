// SPDX-License-Identifier: Apache-2.0
// What stands in the segment? Decodes and checks; knows nothing of profiles.
#include "segment_view.h"

#include <algorithm>

#include "radix_sort.h"

namespace leakhook {
namespace {

/// Stacks share their frames, profiles do not: a small file could ask for any amount of memory.
constexpr std::uint64_t kMostFrames = 48 << 20;
constexpr std::size_t kMostFramesOfOne = 4096;
constexpr std::uint64_t kNanoseconds = 1'000'000'000;

}  // namespace

SegmentView::SegmentView(const Segment& segment) : segment_(segment), frames_left_(kMostFrames) {
  for (const NameRecord& name : segment.records<NameRecord>(Region::names)) {
    if (names_.size() == kMaxNames) break;
    names_.push_back(presentable(text_of(name.text)));
  }
  for (const MarkRecord& mark : segment.records<MarkRecord>(Region::marks)) {
    if (marks_.size() == kMaxMarks) break;
    marks_.push_back(presentable(text_of(mark.text)));
  }
  for (const ModuleRecord& record : segment.records<ModuleRecord>(Region::modules)) {
    if (modules_.size() == 65536) break;
    Module& module = modules_.emplace_back();
    const auto state = record.state.load(std::memory_order_relaxed);
    if (state == static_cast<std::uint32_t>(ModuleState::unwritten)) continue;
    if (record.start >= record.end || record.end >> 48 ||
        record.build_id_size > sizeof record.build_id) {
      ++damaged_;
      continue;
    }
    module.path = text_of(record.path);
    module.build_id.assign(reinterpret_cast<const char*>(record.build_id), record.build_id_size);
    module.start = record.start;
    module.end = record.end;
    module.load_bias = record.load_bias;
  }
  if (header().packed)
    set_moment(header().dump_realtime_ns, header().dump_monotonic_ns);
  else
    estimate_moment();
}

std::string SegmentView::executable() const { return presentable(text_of(header().executable)); }

std::string SegmentView::program() const { return presentable(text_of(header().program)); }

std::string SegmentView::command() const { return presentable(text_of(header().command)); }

std::string SegmentView::version() const { return presentable(text_of(header().version)); }

std::uint64_t SegmentView::counter(Counter counter) const {
  return header().counters[static_cast<int>(counter)].load(std::memory_order_relaxed);
}

BookSizes SegmentView::book_sizes() const {
  const auto extent = [&](Region region) -> const RegionExtent& {
    return header().regions[static_cast<int>(region)];
  };
  // Id 0 of both stands for none.
  const auto handed_out = [&](Region region) {
    return std::max<std::uint64_t>(extent(region).used.load(std::memory_order_relaxed), 1) - 1;
  };
  BookSizes sizes;
  sizes.stacks = handed_out(Region::stacks);
  sizes.nodes = handed_out(Region::nodes);
  sizes.stack_bytes = sizes.stacks * sizeof(StackRecord) + sizes.nodes * sizeof(Node);
  sizes.stack_bytes += extent(Region::stack_index).committed.load(std::memory_order_relaxed);
  sizes.bytes = header().committed_total.load(std::memory_order_relaxed);
  return sizes;
}

void SegmentView::set_moment(std::uint64_t realtime_ns, std::uint64_t monotonic_ns) {
  realtime_ns_ = realtime_ns;
  const std::uint64_t start = header().start_monotonic_ns;
  now_s_ = monotonic_ns > start ? (monotonic_ns - start) / kNanoseconds : 0;
}

/// A file of a process that ended says when it was written last, by a clock that births do not use;
/// where writing through a mapping leaves no trace, the youngest record knows better.
void SegmentView::estimate_moment() {
  realtime_ns_ = std::max(segment_.file_time_ns(), header().start_realtime_ns);
  now_s_ = (realtime_ns_ - header().start_realtime_ns) / kNanoseconds;
  // The clock of births began in the process that this one was forked from.
  if (header().is_forked) now_s_ += seconds_of_birth(header().inherited_until) + 1;
  std::uint32_t youngest = 0;
  const auto look = [&](std::size_t, const auto& record) {
    youngest = std::max(youngest, record.birth & (2 * Birth::kFine - 1));
  };
  for_each_fd(look);
  for_each_thread(look);
  for_each_resource(look);
  for_each_misuse(look);
  for (const auto& [key, value] : live_words()) youngest = std::max(youngest, birth_of_key(key));
  now_s_ = std::max(now_s_, seconds_of_birth(youngest));
}

std::uint64_t SegmentView::seconds_of_birth(std::uint32_t birth) const {
  const std::uint64_t seconds = Birth::decode(birth & (2 * Birth::kFine - 1));
  return seconds > header().birth_shift ? seconds - header().birth_shift : 0;
}

std::uint64_t SegmentView::age_s(std::uint32_t birth) const {
  const std::uint64_t born_s = seconds_of_birth(birth);
  return now_s_ > born_s ? now_s_ - born_s : 0;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> SegmentView::live_words() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> words;
  for (const LiveBucket& bucket : segment_.records<LiveBucket>(Region::live)) {
    for (const LiveRecord& record : bucket.records) {
      const std::uint64_t key = record.key.load(std::memory_order_relaxed);
      if (key == 0 || key == kBusyKey) continue;
      words.emplace_back(key, record.value.load(std::memory_order_relaxed));
    }
  }
  // A block that moved within the table while it was copied may stand there twice: the younger
  // record of an address is the true one.
  radix_sort(&words, [](const auto& word) { return word.first; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i + 1 == words.size() ||
                         address_of_key(words[i].first) != address_of_key(words[i + 1].first);
    if (is_last) words[kept++] = words[i];
  }
  words.resize(kept);
  return words;
}

bool SegmentView::is_reach_known() const {
  return header().packed && header().reach.was_asked && header().reach.reason == ReachReason::none;
}

LiveBlock SegmentView::decode(std::uint64_t key, std::uint64_t value) const {
  const LiveValue decoded = LiveValue::decode(value);
  return {address_of_key(key), decoded.size, birth_of_key(key), checked(decoded.stack),
          decoded.thread};
}

StackId SegmentView::stack_limit() const {
  // Counts of a stack may be there although the stack itself came too late for this copy.
  const std::size_t per_block = std::size_t{kCountShards} * kCountBlock;
  const std::size_t counts = segment_.records<StackCounts>(Region::counts).size();
  return static_cast<StackId>(
      std::min<std::size_t>((counts + per_block - 1) / per_block * kCountBlock, kMaxStacks));
}

Counted SegmentView::counts(StackId stack) const {
  const auto all = segment_.records<StackCounts>(Region::counts);
  Counted sum;
  for (std::uint32_t shard = 0; shard < kCountShards; ++shard) {
    const std::uint64_t index = count_index(stack, shard);
    if (index >= all.size()) break;
    sum.objects += all[index].objects.load(std::memory_order_relaxed);
    sum.bytes += all[index].bytes.load(std::memory_order_relaxed);
  }
  constexpr std::uint64_t kCredible = std::uint64_t{1} << 62;  // profile values are signed
  if (sum.objects < kCredible && sum.bytes < kCredible) return sum;
  ++damaged_;
  return {};
}

StackId SegmentView::checked(StackId stack) const {
  const auto stacks = segment_.records<StackRecord>(Region::stacks);
  if (stack == 0) return 0;
  if (stack < stacks.size() && stacks[stack].hash.load(std::memory_order_relaxed) != 0)
    return stack;
  ++damaged_;
  return 0;
}

StackPlaces SegmentView::places(StackId stack) const {
  const auto stacks = segment_.records<StackRecord>(Region::stacks);
  const auto nodes = segment_.records<Node>(Region::nodes);
  StackPlaces result;
  if (stack == 0 || stack >= stacks.size()) return result;
  const StackRecord& record = stacks[stack];
  const std::size_t most = std::min<std::size_t>({record.depth, kMostFramesOfOne, frames_left_});
  NodeId node = record.leaf;
  while (node != 0 && node < nodes.size() && result.places.size() < most) {
    const std::uint64_t place = nodes[node].place;  // by value: nodes are packed
    result.places.push_back(place);
    node = nodes[node].parent;
  }
  frames_left_ -= result.places.size();
  // Deeper than it says: a circle, or a node that is not there.
  const bool ends_badly = node != 0;
  damaged_ += ends_badly;
  result.is_whole = record.end == 0 && !ends_badly;
  return result;
}

std::string_view SegmentView::mark(StackId stack) const {
  const auto stacks = segment_.records<StackRecord>(Region::stacks);
  if (stack >= stacks.size() || stacks[stack].mark >= marks_.size()) return {};
  return marks_[stacks[stack].mark];
}

std::string_view SegmentView::thread_name(NameId name) const {
  return name > 0 && name < names_.size() ? std::string_view(names_[name]) : std::string_view();
}

}  // namespace leakhook
