// SPDX-License-Identifier: Apache-2.0
// Interning: one probe for a stack that is known; a new one gets nodes for its new frames.
#include "stack_table.h"

#include "../../unwind/stack_cache.h"
#include "id_index.h"
#include "modules.h"
#include "shards.h"
#include "unlocked.h"

namespace leakhook::ledger::stack_table {
namespace {

std::uint64_t hash_of_id(std::uint32_t id) {
  // acquire pairs with add_stack()
  return segment.records<StackRecord>(Region::stacks)[id].hash.load(std::memory_order_acquire);
}
constinit IdIndex stack_index{Region::stack_index, hash_of_id};
/// What the same frames mean now, added to every hash: the current mark in the lowest bits, and
/// which meaning addresses have, spread over the others.
constinit std::atomic<std::uint64_t> present_meaning{0};
std::uint64_t meaning() { return present_meaning.load(std::memory_order_relaxed); }
constexpr std::uint64_t kMarkMask = kMaxMarks - 1;

/// Spreads the bits of a path's hash: a product's upper half depends on all of them.
std::uint64_t spread(std::uint64_t path, std::uint64_t meaning_then) {
  const auto product = static_cast<unsigned __int128>(path + meaning_then) *
                       0xa0761d6478bd642fULL;  // an odd constant of wyhash (Wang Yi)
  return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
}

/// Hands out records of an append-only region, one behind the other: the first one's index. 0:
/// full. Index 0 is never handed out.
template <class Record>
std::uint32_t append(Region region, std::uint64_t count) {
  RegionExtent& extent = segment.extent(region);
  std::uint64_t next = extent.used.load(std::memory_order_relaxed);
  do {
    const std::uint64_t needed = (next + count) * sizeof(Record);
    const std::uint64_t more = needed + needed / 4;  // small programs stay small
    const std::uint64_t reserved = segment.reserved(region);
    if (needed > reserved) return 0;
    if (needed > extent.committed.load(std::memory_order_acquire) &&
        !segment.commit(region, more < reserved ? more : reserved) &&
        needed > extent.committed.load(std::memory_order_acquire))
      return 0;  // acquire pairs with commit()
  } while (!extent.used.compare_exchange_weak(next, next + count, std::memory_order_relaxed));
  return static_cast<std::uint32_t>(next);
}

/// The hash of a whole stack. Never 0.
std::uint64_t hash_of_stack(std::uint64_t path_hash, std::uint64_t meaning_then) {
  return spread(path_hash, meaning_then) | 1;
}

/// The outermost frames of a stack that have nodes: how many, and the node of the innermost one.
struct Known {
  std::uint32_t count = 0;
  NodeId node = 0;
};

/// The `count` outermost frames of a stack that is known.
Known outer_frames(StackId stack, std::uint32_t count) {
  const StackRecord& record = segment.records<StackRecord>(Region::stacks)[stack];
  if (stack == 0 || record.depth < count) return {};
  const Node* nodes = segment.records<Node>(Region::nodes);
  NodeId node = record.leaf;
  for (std::uint32_t i = record.depth; i > count; --i) node = nodes[node].parent;
  return {count, node};
}

/// The node of the innermost frame; makes those that are missing. `frame(i)`: number i of `size`
/// return addresses, 0 is the outermost. 0: the table is full.
template <class Frame>
NodeId add_nodes(Known known, std::size_t size, Frame frame) {
  if (known.count == size) return known.node;
  NodeId next = append<Node>(Region::nodes, size - known.count);
  if (next == 0) return 0;
  Node* nodes = segment.records<Node>(Region::nodes);
  NodeId parent = known.node;
  for (std::size_t i = known.count; i < size; ++i) {
    const unwind::Address address = frame(i);
    const std::uint64_t module = modules::id_of(address);
    nodes[next] = {address_of_place(address) | module << 48, parent};
    parent = next++;
  }
  return parent;
}

/// The record of a new stack. 0: the table is full.
StackId add_stack(std::uint64_t hash, std::uint64_t meaning_then, NodeId leaf, std::size_t depth,
                  unwind::End end) {
  const StackId id = append<StackRecord>(Region::stacks, 1);
  if (id == 0 || id >= kMaxStacks) return 0;
  const std::uint64_t last_count = count_index(id, kCountShards - 1) + 1;
  if (!segment.commit(Region::counts, last_count * sizeof(StackCounts))) return 0;
  StackRecord& record = segment.records<StackRecord>(Region::stacks)[id];
  record.leaf = leaf;
  record.depth = static_cast<std::uint16_t>(depth);
  record.end = static_cast<std::uint16_t>(end) & 15;
  record.mark = meaning_then & kMarkMask;
  record.hash.store(hash, std::memory_order_release);  // pairs with readers: hash last
  return stack_index.add(hash, id) ? id : 0;
}

/// `path_before`: hash of the path with which the new one has its outermost `kept` frames in
/// common.
template <class Frame>
[[gnu::noinline, gnu::cold]] StackId add(std::uint64_t path, std::uint64_t path_before,
                                         std::uint32_t kept, std::size_t size, Frame frame,
                                         unwind::End end) {
  const std::uint64_t then = meaning();  // once: the mark of the hash is that of the record
  Known known;
  if (kept != 0) known = outer_frames(stack_index.find(hash_of_stack(path_before, then)), kept);
  const NodeId leaf = add_nodes(known, size, frame);
  const StackId id = leaf == 0 ? 0 : add_stack(hash_of_stack(path, then), then, leaf, size, end);
  if (id == 0) segment.count_and_say(Counter::stack_table_full);
  return id;
}

StackId find(std::uint64_t path) { return stack_index.find(hash_of_stack(path, meaning())); }

}  // namespace

bool prepare() {
  begin_generation();  // ids begin anew
  segment.extent(Region::stacks).used.store(1, std::memory_order_relaxed);
  segment.extent(Region::nodes).used.store(1, std::memory_order_relaxed);
  return segment.commit(Region::stacks, 4096) && segment.commit(Region::nodes, 4096) &&
         segment.commit(Region::counts, count_index(kCountBlock, 0) * sizeof(StackCounts)) &&
         stack_index.prepare();
}

StackId intern(const unwind::LastStack& stack, unwind::End end) {
  const StackId known = find(stack.hash());
  if (known != 0) [[likely]]
    return known;
  return add(
      stack.hash(), stack.hash_before, stack.kept, stack.size(),
      [&stack](std::size_t i) { return stack[static_cast<std::uint32_t>(i)]; }, end);
}

StackId intern(std::span<const unwind::Address> frames, unwind::End end) {
  if (frames.empty()) return 0;
  std::uint64_t path = 0;
  for (std::size_t i = frames.size(); i-- > 0;) path = unwind::LastStack::step(path, frames[i]);
  const StackId known = find(path);
  if (known != 0) return known;
  return add(
      path, 0, 0, frames.size(), [frames](std::size_t i) { return frames[frames.size() - 1 - i]; },
      end);
}

void count(StackId stack, std::uint32_t shard, std::uint64_t objects, std::uint64_t bytes) {
  StackCounts& counts = segment.records<StackCounts>(Region::counts)[count_index(stack, shard)];
  if (shard != shards::kShared) [[likely]] {
    unlocked::add(counts.objects, objects);
    unlocked::add(counts.bytes, bytes);
    return;
  }
  counts.objects.fetch_add(objects, std::memory_order_relaxed);
  counts.bytes.fetch_add(bytes, std::memory_order_relaxed);
}

void begin_generation() {
  constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio
  present_meaning.fetch_add(kStep & ~kMarkMask, std::memory_order_relaxed);
  unwind::StackCache::forget_all();
}

void set_mark(MarkId mark) {
  std::uint64_t now = meaning();
  while (!present_meaning.compare_exchange_weak(now, (now & ~kMarkMask) | (mark & kMarkMask),
                                                std::memory_order_relaxed)) {
  }
  unwind::StackCache::forget_all();
}

}  // namespace leakhook::ledger::stack_table
