// SPDX-License-Identifier: Apache-2.0
// What was done wrongly, and where? Finding and claiming records.
#include "misuses.h"

#include "moment.h"
#include "probe.h"
#include "segment.h"
#include "versioned.h"

namespace leakhook::ledger::misuses {
namespace {

static_assert((kMostMisuses & (kMostMisuses - 1)) == 0);
constexpr std::uint32_t kTried = 16;

bool is_of(const MisuseRecord& record, MisuseKind misuse, StackId stack) {
  return record.misuse == misuse && record.stack == stack;
}

/// Calls change(record, is_new) under the version of the record of this sort and stack. Makes one
/// where there is none.
template <class Change>
void with_record(MisuseKind misuse, StackId stack, Change change) {
  if (!segment.commit(Region::misuses, kMostMisuses * sizeof(MisuseRecord)))
    return segment.count_and_say(Counter::misuse_table_full);
  auto* table = segment.records<MisuseRecord>(Region::misuses);
  const std::uint64_t hash = mix(std::uint64_t{stack} << 8 | static_cast<std::uint64_t>(misuse));
  for (std::uint32_t i = 0; i < kTried; ++i) {
    MisuseRecord& record = table[(hash + i) % kMostMisuses];
    Writing writing(record.version);  // rare enough not to look first
    const bool is_new = record.misuse == MisuseKind::none;
    if (!is_new && !is_of(record, misuse, stack)) continue;
    return change(record, is_new);
  }
  segment.count_and_say(Counter::misuse_table_full);
}

void begin(MisuseRecord& record, MisuseKind misuse, const Moment& moment, const Subject& subject) {
  record.stack = moment.stack, record.birth = moment.birth, record.thread = moment.thread;
  record.misuse = misuse, record.kind = subject.kind, record.identity = subject.identity;
  record.closed = subject.closed, record.opened = subject.opened;
  record.count = 0, record.flags = 0;
}

}  // namespace

void record(MisuseKind misuse, const Moment& moment, const Subject& subject) {
  with_record(misuse, moment.stack, [&](MisuseRecord& record, bool is_new) {
    if (!is_new && (record.flags & kMisuseSweeps) != 0) return;
    if (is_new || record.count == 0) begin(record, misuse, moment, subject);
    if (record.count != ~std::uint32_t{0}) ++record.count;
  });
  has_any.store(true, std::memory_order_relaxed);
}

void record_sweep(MisuseKind misuse, const Moment& moment) {
  with_record(misuse, moment.stack, [&](MisuseRecord& record, bool is_new) {
    if (is_new) begin(record, misuse, moment, {});
    record.flags |= kMisuseSweeps, record.count = 0;
  });
}

void forget_all() {
  has_any.store(false, std::memory_order_relaxed);
  for (MisuseRecord& record : segment.all<MisuseRecord>(Region::misuses)) {
    if (record.misuse == MisuseKind::none) continue;
    Writing writing(record.version);
    record.count = 0;
  }
}

}  // namespace leakhook::ledger::misuses
