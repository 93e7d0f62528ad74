// SPDX-License-Identifier: Apache-2.0
// Interning: one probe for a stack that is known, a walk from the outermost frame for a new one.
#include "stack_table.h"

#include "id_index.h"
#include "modules.h"

namespace leakhook::ledger::stack_table {
namespace {

constinit IdIndex stack_index{Region::stack_index};
constinit IdIndex node_index{Region::node_index};
constinit std::atomic<std::uint64_t> generation{0};

std::uint64_t step(std::uint64_t hash, std::uint64_t address) {
  hash = (hash ^ address) * 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio (Knuth, TAOCP 6.4)
  return hash ^ hash >> 29;
}

/// Hands out the next record of an append-only region. 0: full. Index 0 is never handed out.
template <class Record>
std::uint32_t append(Region region) {
  RegionExtent& extent = segment.extent(region);
  std::uint64_t next = extent.used.load(std::memory_order_relaxed);
  do {
    const std::uint64_t needed = (next + 1) * sizeof(Record);
    const std::uint64_t more = needed + needed / 4;  // small programs stay small
    if (needed > extent.reserved) return 0;
    if (needed > extent.committed.load(std::memory_order_acquire) &&
        !segment.commit(region, more < extent.reserved ? more : extent.reserved) &&
        needed > extent.committed.load(std::memory_order_acquire))
      return 0;  // acquire pairs with commit()
  } while (!extent.used.compare_exchange_weak(next, next + 1, std::memory_order_relaxed));
  return static_cast<std::uint32_t>(next);
}

NodeId intern_node(NodeId parent, unwind::Address address) {
  const std::uint64_t place = (address & address_of_place(~std::uint64_t{0})) |
                              std::uint64_t{modules::id_of(address)} << 48;
  const std::uint64_t hash = mix(step(parent, place));
  const Node* nodes = segment.records<Node>(Region::nodes);
  const NodeId known = node_index.find(
      hash, [&](NodeId id) { return nodes[id].place == place && nodes[id].parent == parent; });
  if (known != 0) return known;
  const NodeId id = append<Node>(Region::nodes);
  if (id == 0) return 0;
  segment.records<Node>(Region::nodes)[id] = {place, parent, 0};
  node_index.add(hash, id);  // a full index costs a second node next time, nothing else
  return id;
}

StackId add(std::uint64_t hash, std::span<const unwind::Address> frames, unwind::End end) {
  NodeId leaf = 0;
  for (std::size_t i = frames.size(); i-- > 0;) {
    leaf = intern_node(leaf, frames[i]);
    if (leaf == 0) return 0;
  }
  const StackId id = append<StackRecord>(Region::stacks);
  if (id == 0 || id >= kMaxStacks) return 0;
  const std::uint64_t last_count = count_index(id, kCountShards - 1) + 1;
  if (!segment.commit(Region::counts, last_count * sizeof(StackCounts))) return 0;
  StackRecord& record = segment.records<StackRecord>(Region::stacks)[id];
  record.leaf = leaf;
  record.depth = static_cast<std::uint16_t>(frames.size());
  record.end = static_cast<std::uint16_t>(end);
  record.hash.store(hash, std::memory_order_release);  // pairs with readers: hash last
  return stack_index.add(hash, id) ? id : 0;
}

}  // namespace

bool prepare() {
  segment.extent(Region::stacks).used.store(1, std::memory_order_relaxed);
  segment.extent(Region::nodes).used.store(1, std::memory_order_relaxed);
  return segment.commit(Region::stacks, 4096) && segment.commit(Region::nodes, 4096) &&
         segment.commit(Region::counts, count_index(kCountBlock, 0) * sizeof(StackCounts)) &&
         stack_index.prepare() && node_index.prepare();
}

StackId intern(std::span<const unwind::Address> frames, unwind::End end) {
  if (frames.empty()) return 0;
  std::uint64_t hash = generation.load(std::memory_order_relaxed);
  for (std::size_t i = frames.size(); i-- > 0;) hash = step(hash, frames[i]);
  hash = mix(hash) | 1;  // never 0
  const StackRecord* stacks = segment.records<StackRecord>(Region::stacks);
  const StackId known = stack_index.find(
      hash, [&](StackId id) { return stacks[id].hash.load(std::memory_order_relaxed) == hash; });
  if (known != 0) return known;
  const StackId id = add(hash, frames, end);
  if (id == 0) segment.count_and_say(Counter::stack_table_full);
  return id;
}

void count(StackId stack, std::uint32_t shard, std::uint64_t objects, std::uint64_t bytes) {
  StackCounts& counts = segment.records<StackCounts>(Region::counts)[count_index(stack, shard)];
  counts.objects.fetch_add(objects, std::memory_order_relaxed);
  counts.bytes.fetch_add(bytes, std::memory_order_relaxed);
}

void begin_generation() { generation.fetch_add(1, std::memory_order_relaxed); }

}  // namespace leakhook::ledger::stack_table
