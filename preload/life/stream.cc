// SPDX-License-Identifier: Apache-2.0
// Copying records that change while we read them, then writing the copies.
#include "stream.h"

#include <cstring>

#include "../base/system.h"
#include "../ledger/segment.h"

namespace leakhook::life {
namespace {

using ledger::segment;

/// How many stacks existed when the stream began: what it may refer to.
struct Horizon {
  std::uint64_t stacks;
};

/// One bucket as it is at this moment. A record is whole when its key was the same before and after
/// its value was read, and the value after that: a slot that passes to another owner and back within
/// these four loads is seen. Twice there and back is not.
void copy_record(const LiveRecord& from, const Horizon& horizon, LiveRecord* to) {
  const std::uint64_t key = from.key.load(std::memory_order_acquire);  // pairs with claim_in()
  const std::uint64_t value = from.value.load(std::memory_order_acquire);
  const std::uint64_t again = from.key.load(std::memory_order_acquire);
  const bool is_whole = key == again && key != kBusyKey &&
                        from.value.load(std::memory_order_acquire) == value &&
                        LiveValue::decode(value).stack < horizon.stacks;
  to->key.store(is_whole ? key : 0, std::memory_order_relaxed);
  to->value.store(is_whole ? value : 0, std::memory_order_relaxed);
}

/// A record under a version (versioned.h): copied until it stands still. One that never does, or
/// was left odd by a thread that died in it, is left out.
template <class Record, class Clear>
void copy_versioned(const Record& from, const Horizon& horizon, Record* to, Clear clear) {
  constexpr int kTries = 64;
  for (int i = 0; i < kTries; ++i) {
    const std::uint32_t before =
        from.version.load(std::memory_order_acquire);  // pairs with Writing
    std::memcpy(static_cast<void*>(to), static_cast<const void*>(&from), sizeof(Record));
    std::atomic_thread_fence(std::memory_order_acquire);
    const bool is_whole =
        (before & 1) == 0 && from.version.load(std::memory_order_relaxed) == before;
    if (is_whole && to->stack < horizon.stacks) return;
  }
  std::memset(static_cast<void*>(to), 0, sizeof(Record));
  clear(*to);
}

void copy_record(const FdRecord& from, const Horizon& horizon, FdRecord* to) {
  copy_versioned(from, horizon, to, [](FdRecord& record) { record.kind = Kind::none; });
}
void copy_record(const ResourceRecord& from, const Horizon& horizon, ResourceRecord* to) {
  copy_versioned(from, horizon, to, [](ResourceRecord& record) { record.kind = Kind::none; });
}
void copy_record(const MisuseRecord& from, const Horizon& horizon, MisuseRecord* to) {
  copy_versioned(from, horizon, to, [](MisuseRecord& record) { record.misuse = MisuseKind::none; });
}
void copy_record(const ThreadRecord& from, const Horizon& horizon, ThreadRecord* to) {
  copy_versioned(from, horizon, to, [](ThreadRecord& record) { record.state = ThreadState::free; });
}

template <class Record>
bool write_records(int fd, Region region, std::uint64_t bytes, const Horizon& horizon,
                   char* buffer) {
  constexpr std::uint64_t kAtOnce = kStreamBuffer / sizeof(Record);
  const Record* records = segment.records<Record>(region);
  const std::uint64_t count = bytes / sizeof(Record);
  for (std::uint64_t first = 0; first < count; first += kAtOnce) {
    const std::uint64_t n = count - first < kAtOnce ? count - first : kAtOnce;
    auto* copies = reinterpret_cast<Record*>(buffer);
    for (std::uint64_t i = 0; i < n; ++i) copy_record(records[first + i], horizon, &copies[i]);
    if (!sys::write_all(fd, buffer, n * sizeof(Record))) return false;
  }
  return true;
}

/// How many bytes of a region belong to the stream. Asked stacks first: nodes and modules that an
/// older stack names are there by then.
std::uint64_t bytes_of(Region region, const Horizon& horizon) {
  const RegionExtent& extent = segment.extent(region);
  const std::uint64_t committed = extent.committed.load(std::memory_order_acquire);
  const std::uint64_t used = extent.used.load(std::memory_order_acquire);
  const auto at_most = [committed](std::uint64_t bytes) {
    return bytes < committed ? bytes : committed;
  };
  switch (region) {
    case Region::counts:
      return at_most(count_index(static_cast<StackId>(horizon.stacks + kCountBlock - 1), 0) /
                     (kCountBlock * kCountShards) * (kCountBlock * kCountShards) *
                     sizeof(StackCounts));
    case Region::stacks:
      return at_most(horizon.stacks * sizeof(StackRecord));
    case Region::nodes:
      return at_most(used * sizeof(Node));
    case Region::modules:
      return at_most(used * sizeof(ModuleRecord));
    case Region::names:
      return at_most(used * sizeof(NameRecord));
    case Region::marks:
      return at_most(used * sizeof(MarkRecord));
    case Region::live:
      return at_most(segment.header->live_buckets.load(std::memory_order_acquire) *
                     sizeof(LiveBucket));
    default:
      return is_streamed(region) ? committed : 0;
  }
}

bool write_region(int fd, Region region, std::uint64_t bytes, const StreamOrder& order,
                  const Horizon& horizon, char* buffer) {
  switch (region) {
    case Region::fds:
      return write_records<FdRecord>(fd, region, bytes, horizon, buffer);
    case Region::threads:
      return write_records<ThreadRecord>(fd, region, bytes, horizon, buffer);
    case Region::resources:
      return write_records<ResourceRecord>(fd, region, bytes, horizon, buffer);
    case Region::misuses:
      return write_records<MisuseRecord>(fd, region, bytes, horizon, buffer);
    case Region::live:
      return write_records<LiveRecord>(fd, region, bytes, horizon, buffer);
    case Region::reach:
      return sys::write_all(fd, order.reach.records, bytes);
    default:
      return sys::write_all(fd, segment.records<char>(region), bytes);
  }
}

}  // namespace

bool write_stream(int fd, const StreamOrder& order, char* buffer) {
  const Horizon horizon{segment.extent(Region::stacks).used.load(std::memory_order_acquire)};
  std::uint64_t bytes[static_cast<int>(Region::count)];
  for (int i = 0; i < static_cast<int>(Region::count); ++i)
    bytes[i] = bytes_of(static_cast<Region>(i), horizon);
  bytes[static_cast<int>(Region::reach)] = order.reach.count * sizeof(ReachRecord);

  auto* header = reinterpret_cast<Header*>(buffer);
  std::memcpy(static_cast<void*>(buffer), static_cast<const void*>(segment.header), kHeaderSize);
  header->packed = 1;
  header->dump_number = order.dump_number;
  header->dump_realtime_ns = order.realtime_ns;
  header->dump_monotonic_ns = order.monotonic_ns;
  header->reach = order.reach.summary;
  for (int i = 0; i < static_cast<int>(Region::count); ++i) {
    // What is not in the stream keeps its size: the dump reports what the books take.
    if (!is_streamed(static_cast<Region>(i))) continue;
    header->regions[i].committed.store(bytes[i], std::memory_order_relaxed);
    header->regions[i].used.store(
        static_cast<Region>(i) == Region::stacks ? horizon.stacks : header->regions[i].used.load(),
        std::memory_order_relaxed);
  }
  if (!sys::write_all(fd, buffer, kHeaderSize)) return false;
  for (int i = 0; i < static_cast<int>(Region::count); ++i)
    if (!write_region(fd, static_cast<Region>(i), bytes[i], order, horizon, buffer)) return false;
  return true;
}

}  // namespace leakhook::life
