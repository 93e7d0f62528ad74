// SPDX-License-Identifier: Apache-2.0
// Mappings, timers, child processes, library handles, semaphores: rare enough for 64 bytes each.
//
// Hashed by kind and identity, four to a bucket, found through probe.h; doubles in place. A record
// changes only under its version (versioned.h). Any thread writes, other processes read.
// Async-signal-safe, never allocates.
#pragma once
#include "probe.h"
#include "segment.h"
#include "versioned.h"

namespace leakhook::ledger::resource_table {

/// A record without its version: what is put in and taken out.
struct Content {
  StackId stack = 0;
  std::uint32_t birth = 0;
  NameId thread = 0;
  Kind kind = Kind::none;
  std::uint8_t flags = 0;
  std::uint64_t identity = 0;
  std::uint64_t size = 0;
  char name[32] = {};
};

/// Forgets everything and commits the first buckets. False: no memory.
bool prepare();

/// False: full (counted).
bool insert(const Content& content);
/// False: not there.
bool find(Kind kind, std::uint64_t identity, Content* out);
/// Takes the record out. False: not there.
bool withdraw(Kind kind, std::uint64_t identity, Content* out);
/// One reference more to a record that counts them in `size`. False: not there.
bool add_reference(Kind kind, std::uint64_t identity);
/// One reference less; the last one takes the record out. False: not there. content->size is what
/// is left.
bool drop_reference(Kind kind, std::uint64_t identity, Content* content);

/// Takes out every record of a kind that `wants` says yes to and hands it to `taken`.
/// `taken` must not insert.
void withdraw_if(Kind kind, bool (*wants)(const Content&, void*),
                 void (*taken)(const Content&, void*), void* context);

/// How many records withdraw_if() looks at.
std::uint64_t length_of_walk();

/// How many records of this kind there are; a hint that is exact when nothing else happens.
std::uint32_t count_of(Kind kind);

}  // namespace leakhook::ledger::resource_table
