// SPDX-License-Identifier: Apache-2.0
// Are records under a version whole for whoever copies them, and does a writer that dies half-way
// block nobody? The table of resources, with its owners, the keeper's copy (life/stream.cc),
// growth.
#include "../../preload/ledger/resource_table.h"
#include "models.h"

namespace leakhook::models {
namespace {

using explore::check;
using explore::Scenario;
using ledger::segment;
using ledger::resource_table::Content;
namespace resource_table = ledger::resource_table;

constexpr std::uint64_t kFirst = 0x1000, kSecond = 0x2000;
constexpr std::uint64_t kSmallest = 16 * 4;  // records

std::uint64_t size_for(std::uint64_t identity, StackId stack) { return identity * 3 + stack; }

Content content_of(std::uint64_t identity, StackId stack) {
  Content content;
  content.kind = Kind::timer;
  content.identity = identity;
  content.stack = stack;
  content.size = size_for(identity, stack);
  return content;
}

ResourceRecord* records() { return segment.records<ResourceRecord>(Region::resources); }

/// Plain words of records are no atomics: they are wiped, not given back.
void start_empty() {
  segment.commit(Region::resources, 2 * kSmallest * sizeof(ResourceRecord));
  std::fill_n(reinterpret_cast<char*>(records()), 2 * kSmallest * sizeof(ResourceRecord), '\0');
  resource_table::prepare();
}

void insert(std::uint64_t identity, StackId stack) {
  check(resource_table::insert(content_of(identity, stack)), "there is room");
}

void withdraw(std::uint64_t identity, StackId stack) {
  Content content;
  check(resource_table::withdraw(Kind::timer, identity, &content), "its owner finds it");
  check(content.identity == identity && content.stack == stack &&
            content.size == size_for(identity, stack),
        "it comes out whole");
}

bool is_whole(const ResourceRecord& record) {
  return record.kind == Kind::none ||
         (record.kind == Kind::timer && record.size == size_for(record.identity, record.stack));
}

/// As the keeper does. Where the record of an identity lies is known once it was there.
void copy(const ResourceRecord& record) {
  ResourceRecord copied;
  copy_as_keeper(record, &copied);
  check(is_whole(copied), "no copy is torn");
}

ResourceRecord* place_of(std::uint64_t identity) {
  insert(identity, 9);
  ResourceRecord* place = nullptr;
  for (std::uint64_t i = 0; i < kSmallest; ++i)
    if (records()[i].identity == identity && records()[i].kind != Kind::none) place = &records()[i];
  withdraw(identity, 9);
  return place;
}

ResourceRecord* slot = nullptr;

Scenario copied() {
  return {"resources: the keeper copies a slot that two owners use",
          [] {
            start_empty();
            slot = place_of(kFirst);
            insert(kFirst, 1);
          },
          {[] { withdraw(kFirst, 1), insert(kFirst, 2); }, [] { copy(*slot); }},
          [] { check(is_whole(*slot), "what is left is whole"); },
          2,
          0};
}

Scenario contested() {
  return {"resources: two threads want the same free slot",
          [] {
            start_empty();
            slot = place_of(kFirst);
          },
          // The same identity in both: the same slots in the same order.
          {[] { insert(kFirst, 1); }, [] { insert(kFirst, 1); }},
          [] {
            int found = 0;
            for (std::uint64_t i = 0; i < kSmallest; ++i)
              found += records()[i].kind == Kind::timer && is_whole(records()[i]);
            check(found == 2 || explore::was_killed(), "both have one");
            check(resource_table::count_of(Kind::timer) == 2 || explore::was_killed(),
                  "both count");
          },
          4,
          0};
}

/// A reference counted by two; the last one takes the record out. One may die in the middle of it.
Scenario referred_to() {
  return {"resources: references dropped by two, of whom one may die",
          [] {
            start_empty();
            Content content = content_of(kSecond, 1);
            content.size = 2;
            resource_table::insert(content);
          },
          {[] {
             Content left;
             resource_table::drop_reference(Kind::timer, kSecond, &left);
           },
           [] {
             Content left;
             check(resource_table::drop_reference(Kind::timer, kSecond, &left), "it is there");
             check(left.size <= 1, "one of two is gone");
           }},
          [] {
            Content left;
            const bool is_there = resource_table::withdraw(Kind::timer, kSecond, &left);
            if (!explore::was_killed()) check(!is_there, "both dropped theirs");
            if (is_there) check(left.size == 1, "one reference is left");
            check(losses(Counter::records_seized) <= 1, "taken over once at most");
          },
          4,
          0};
}

Scenario growing() {
  return {"resources: two find the table full at once",
          [] {
            start_empty();
            for (std::uint64_t i = 0; i < kSmallest; ++i) records()[i].kind = Kind::semaphore;
          },
          {[] { insert(kFirst, 1); }, [] { insert(kSecond, 2), withdraw(kSecond, 2); }},
          [] {
            Content content;
            const bool is_there = resource_table::withdraw(Kind::timer, kFirst, &content);
            check(is_there || explore::was_killed(), "the first one's record is there");
            const std::uint64_t end = 2 * kSmallest;
            for (std::uint64_t i = kSmallest; i < end; ++i)
              check(is_whole(records()[i]), "what is left is whole");
          },
          3,
          0};
}

}  // namespace

std::vector<Scenario> record_scenarios() {
  return {copied(), contested(), referred_to(), growing()};
}

}  // namespace leakhook::models
