// SPDX-License-Identifier: Apache-2.0
// Interning: one probe for a stack that is known, a walk from the outermost frame for a new one.
#include "stack_table.h"

#include "id_index.h"
#include "modules.h"
#include "shards.h"
#include "unlocked.h"

namespace leakhook::ledger::stack_table {
namespace {

constinit IdIndex stack_index{Region::stack_index};
constinit IdIndex node_index{Region::node_index};
/// What the same frames mean now, added to every hash: the current mark in the lowest bits, and
/// which meaning addresses have, spread over the others.
constinit std::atomic<std::uint64_t> meaning{0};
constexpr std::uint64_t kMarkMask = kMaxMarks - 1;

std::uint64_t meaning_now() { return meaning.load(std::memory_order_relaxed); }

/// Spreads the bits of a path's hash: a product's upper half depends on all of them.
std::uint64_t spread(std::uint64_t path, std::uint64_t meaning_then) {
  const auto product = static_cast<unsigned __int128>(path + meaning_then) *
                       0xa0761d6478bd642fULL;  // an odd constant of wyhash (Wang Yi)
  return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
}

/// Hands out the next record of an append-only region. 0: full. Index 0 is never handed out.
template <class Record>
std::uint32_t append(Region region) {
  RegionExtent& extent = segment.extent(region);
  std::uint64_t next = extent.used.load(std::memory_order_relaxed);
  do {
    const std::uint64_t needed = (next + 1) * sizeof(Record);
    const std::uint64_t more = needed + needed / 4;  // small programs stay small
    const std::uint64_t reserved = segment.reserved(region);
    if (needed > reserved) return 0;
    if (needed > extent.committed.load(std::memory_order_acquire) &&
        !segment.commit(region, more < reserved ? more : reserved) &&
        needed > extent.committed.load(std::memory_order_acquire))
      return 0;  // acquire pairs with commit()
  } while (!extent.used.compare_exchange_weak(next, next + 1, std::memory_order_relaxed));
  return static_cast<std::uint32_t>(next);
}

/// Nodes are the same under all marks.
std::uint64_t hash_of_node(std::uint64_t path) { return spread(path, meaning_now() & ~kMarkMask); }

/// The node of the innermost frame of a path with this hash. 0: none.
NodeId find_node(std::uint64_t hash, unwind::Address address) {
  const Node* nodes = segment.records<Node>(Region::nodes);
  return node_index.find(hash, [=](NodeId id) {
    return nodes[id].hash == static_cast<std::uint32_t>(hash) &&
           address_of_place(nodes[id].place) == address_of_place(address);
  });
}

/// 0: the table is full.
NodeId add_node(NodeId parent, std::uint64_t hash, unwind::Address address) {
  const std::uint64_t place = address_of_place(address) | std::uint64_t{modules::id_of(address)}
                                                              << 48;
  const NodeId id = append<Node>(Region::nodes);
  if (id == 0) return 0;
  segment.records<Node>(Region::nodes)[id] = {place, parent, static_cast<std::uint32_t>(hash)};
  node_index.add(hash, id);  // a full index costs a second node next time, nothing else
  return id;
}

/// A stack as this file looks at it: from the outermost frame inwards.
class Path {
 public:
  explicit Path(std::span<const unwind::Address> frames) : frames_(frames) {}
  std::size_t size() const { return frames_.size(); }
  unwind::Address operator[](std::size_t i) const { return frames_[frames_.size() - 1 - i]; }
  /// Of the outermost frames, as many as have a node: their number, hash and node.
  NodeId find_known(std::size_t* known, std::uint64_t* hash) const {
    NodeId last = 0;
    *hash = 0;
    for (*known = 0; *known < size(); ++*known) {
      const std::uint64_t next = unwind::LastStack::step(*hash, (*this)[*known]);
      const NodeId node = find_node(hash_of_node(next), (*this)[*known]);
      if (node == 0) break;
      last = node, *hash = next;
    }
    return last;
  }

 private:
  std::span<const unwind::Address> frames_;
};

class RememberedPath {
 public:
  explicit RememberedPath(const unwind::LastStack& stack) : stack_(stack) {}
  std::size_t size() const { return stack_.size(); }
  unwind::Address operator[](std::size_t i) const { return stack_[static_cast<std::uint32_t>(i)]; }
  /// The same, looked for from the innermost frame outwards: most stacks have few new frames.
  NodeId find_known(std::size_t* known, std::uint64_t* hash) const {
    for (auto i = static_cast<std::uint32_t>(stack_.size()); i > 0; --i) {
      const NodeId node = find_node(hash_of_node(stack_.hash_of(i - 1)), stack_[i - 1]);
      if (node == 0) continue;
      *known = i, *hash = stack_.hash_of(i - 1);
      return node;
    }
    *known = 0, *hash = 0;
    return 0;
  }

 private:
  const unwind::LastStack& stack_;
};

/// The node of the innermost frame; makes those that are missing. 0: the table is full.
template <class Frames>
NodeId intern_path(const Frames& path) {
  std::size_t known = 0;
  std::uint64_t hash = 0;
  NodeId leaf = path.find_known(&known, &hash);
  for (std::size_t i = known; i < path.size(); ++i) {
    hash = unwind::LastStack::step(hash, path[i]);
    leaf = add_node(leaf, hash_of_node(hash), path[i]);
    if (leaf == 0) return 0;
  }
  return leaf;
}

/// The hash of a whole stack. Never 0.
std::uint64_t hash_of_stack(std::uint64_t path_hash, std::uint64_t meaning_then) {
  return spread(path_hash, meaning_then) | 1;
}

template <class Frames>
StackId add(std::uint64_t path_hash, const Frames& path, unwind::End end) {
  const std::uint64_t then = meaning_now();  // once: the mark of the hash is that of the record
  const std::uint64_t hash = hash_of_stack(path_hash, then);
  const NodeId leaf = intern_path(path);
  if (leaf == 0) return 0;
  const StackId id = append<StackRecord>(Region::stacks);
  if (id == 0 || id >= kMaxStacks) return 0;
  const std::uint64_t last_count = count_index(id, kCountShards - 1) + 1;
  if (!segment.commit(Region::counts, last_count * sizeof(StackCounts))) return 0;
  StackRecord& record = segment.records<StackRecord>(Region::stacks)[id];
  record.leaf = leaf;
  record.depth = static_cast<std::uint16_t>(path.size());
  record.end = static_cast<std::uint16_t>(end) & 15;
  record.mark = then & kMarkMask;
  record.hash.store(hash, std::memory_order_release);  // pairs with readers: hash last
  return stack_index.add(hash, id) ? id : 0;
}

template <class Frames>
[[gnu::noinline, gnu::cold]] StackId add_or_count(std::uint64_t path_hash, const Frames& path,
                                                  unwind::End end) {
  const StackId id = add(path_hash, path, end);
  if (id == 0) segment.count_and_say(Counter::stack_table_full);
  return id;
}

StackId find(std::uint64_t hash) {
  const StackRecord* stacks = segment.records<StackRecord>(Region::stacks);
  return stack_index.find(
      hash, [=](StackId id) { return stacks[id].hash.load(std::memory_order_relaxed) == hash; });
}

}  // namespace

bool prepare() {
  segment.extent(Region::stacks).used.store(1, std::memory_order_relaxed);
  segment.extent(Region::nodes).used.store(1, std::memory_order_relaxed);
  return segment.commit(Region::stacks, 4096) && segment.commit(Region::nodes, 4096) &&
         segment.commit(Region::counts, count_index(kCountBlock, 0) * sizeof(StackCounts)) &&
         stack_index.prepare() && node_index.prepare();
}

StackId intern(const unwind::LastStack& stack, unwind::End end) {
  const StackId known = find(hash_of_stack(stack.hash(), meaning_now()));
  if (known != 0) [[likely]]
    return known;
  return add_or_count(stack.hash(), RememberedPath(stack), end);
}

StackId intern(std::span<const unwind::Address> frames, unwind::End end) {
  if (frames.empty()) return 0;
  std::uint64_t path = 0;
  for (std::size_t i = frames.size(); i-- > 0;) path = unwind::LastStack::step(path, frames[i]);
  const StackId known = find(hash_of_stack(path, meaning_now()));
  return known != 0 ? known : add_or_count(path, Path(frames), end);
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
  meaning.fetch_add(kStep & ~kMarkMask, std::memory_order_relaxed);
}

void set_mark(MarkId mark) {
  std::uint64_t now = meaning_now();
  while (!meaning.compare_exchange_weak(now, (now & ~kMarkMask) | (mark & kMarkMask),
                                        std::memory_order_relaxed)) {
  }
}

}  // namespace leakhook::ledger::stack_table
