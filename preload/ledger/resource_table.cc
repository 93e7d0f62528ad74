// SPDX-License-Identifier: Apache-2.0
// Claiming, finding and visiting resource records.
#include "resource_table.h"

#include <cstring>
#include <iterator>

namespace leakhook::ledger::resource_table {
namespace {

struct Bucket {
  ResourceRecord records[4];
};
constexpr std::uint64_t kSmallest = 16;  // buckets: one page

constinit std::atomic<std::uint64_t> buckets{0};
constinit std::atomic<std::uint32_t> counts[static_cast<int>(Kind::count)]{};

Bucket* table() { return segment.records<Bucket>(Region::resources); }

std::uint64_t hash_of(Kind kind, std::uint64_t identity) {
  return mix(identity + (static_cast<std::uint64_t>(kind) << 56));
}

void copy_in(ResourceRecord& to, const Content& from) {
  to.stack = from.stack, to.birth = from.birth, to.thread = from.thread, to.kind = from.kind;
  to.flags = from.flags, to.identity = from.identity, to.size = from.size;
  std::memcpy(to.name, from.name, sizeof to.name);
}

void copy_out(const ResourceRecord& from, Content* to) {
  to->stack = from.stack, to->birth = from.birth, to->thread = from.thread, to->kind = from.kind;
  to->flags = from.flags, to->identity = from.identity, to->size = from.size;
  std::memcpy(to->name, from.name, sizeof to->name);
}

bool claim_in(Bucket& bucket, const Content& content) {
  for (ResourceRecord& record : bucket.records) {
    if (record.kind != Kind::none || (record.version.load(std::memory_order_relaxed) & 1) != 0)
      continue;
    Writing writing(record.version);
    if (record.kind != Kind::none) continue;  // another thread was faster
    copy_in(record, content);
    return true;
  }
  return false;
}

bool grow(std::uint64_t now) {
  const std::uint64_t bytes = now * 2 * sizeof(Bucket);
  if (bytes > segment.reserved(Region::resources) || !segment.commit(Region::resources, bytes))
    return false;
  buckets.compare_exchange_strong(now, now * 2, std::memory_order_release);
  return true;  // release pairs with the acquires below
}

/// Calls change(record) under the record's version. False: no such record.
template <class Change>
bool with_record(Kind kind, std::uint64_t identity, Change change) {
  return for_each_place(hash_of(kind, identity), buckets.load(std::memory_order_acquire), kSmallest,
                        [&](std::uint64_t place) {
                          for (ResourceRecord& record : table()[place].records) {
                            if (record.kind != kind || record.identity != identity) continue;
                            Writing writing(record.version);
                            if (record.kind != kind || record.identity != identity) continue;
                            change(record);
                            return true;
                          }
                          return false;
                        });
}

void take_out(ResourceRecord& record) {
  counts[static_cast<int>(record.kind)].fetch_sub(1, std::memory_order_relaxed);
  record.kind = Kind::none;
}

}  // namespace

bool prepare() {
  for (auto& count : counts) count.store(0, std::memory_order_relaxed);
  if (!segment.commit(Region::resources, kSmallest * sizeof(Bucket))) return false;
  buckets.store(kSmallest, std::memory_order_release);
  return true;
}

bool insert(const Content& content) {
  const std::uint64_t hash = hash_of(content.kind, content.identity);
  const auto claim = [&](std::uint64_t place) { return claim_in(table()[place], content); };
  std::uint64_t end = 0;
  do {
    end = buckets.load(std::memory_order_acquire);
    if (!for_each_place(hash, end, kSmallest, claim)) continue;
    counts[static_cast<int>(content.kind)].fetch_add(1, std::memory_order_relaxed);
    return true;
  } while (grow(end));  // of the table that was full: another thread may have doubled it
  segment.count_and_say(Counter::resource_table_full);
  return false;
}

bool find(Kind kind, std::uint64_t identity, Content* out) {
  return with_record(kind, identity, [out](ResourceRecord& record) { copy_out(record, out); });
}

bool withdraw(Kind kind, std::uint64_t identity, Content* out) {
  return with_record(kind, identity, [&](ResourceRecord& record) {
    copy_out(record, out);
    take_out(record);
  });
}

bool add_reference(Kind kind, std::uint64_t identity) {
  return with_record(kind, identity, [](ResourceRecord& record) { ++record.size; });
}

bool drop_reference(Kind kind, std::uint64_t identity, Content* content) {
  return with_record(kind, identity, [&](ResourceRecord& record) {
    copy_out(record, content);
    // In one store, so that who dies here leaves no record without references.
    if (--content->size == 0)
      take_out(record);
    else
      record.size = content->size;
  });
}

void withdraw_if(Kind kind, bool (*wants)(const Content&, void*),
                 void (*taken)(const Content&, void*), void* context) {
  const std::uint64_t end = buckets.load(std::memory_order_acquire);
  for (std::uint64_t place = 0; place < end; ++place) {
    for (ResourceRecord& record : table()[place].records) {
      if (record.kind != kind) continue;
      Content content;
      copy_out(record, &content);  // may be torn: only a reason to look closer
      if (!wants(content, context)) continue;
      {
        Writing writing(record.version);
        copy_out(record, &content);
        if (content.kind != kind || !wants(content, context)) continue;
        take_out(record);
      }
      taken(content, context);
    }
  }
}

std::uint64_t length_of_walk() {
  return buckets.load(std::memory_order_relaxed) * std::size(Bucket{}.records);
}

std::uint32_t count_of(Kind kind) {
  return counts[static_cast<int>(kind)].load(std::memory_order_relaxed);
}

}  // namespace leakhook::ledger::resource_table
