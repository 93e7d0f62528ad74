// SPDX-License-Identifier: Apache-2.0
// Which misuses does a segment tell of, and how do they stand in a profile?
#include "seen_misuses.h"

#include "../preload/contract/request.h"
#include "profile_words.h"
#include "profile_writer.h"
#include "segment_view.h"

namespace leakhook {
namespace {

/// Indices of misuse_shape().
enum Value { kWhereOpened, kWhereClosed, kWhereMisused };

bool is_fd(Kind kind) { return kind != Kind::none && row_of(kind).profile == Profile::fd; }

Labels labels_of(const SeenMisuse& seen, const SegmentView& view, std::uint8_t wanted,
                 ProfileWriter* writer) {
  Labels labels;
  labels.misuse = writer->text(row_of(seen.misuse).name);
  if (seen.kind != Kind::none) labels.kind = writer->text(row_of(seen.kind).label);
  labels.thread = writer->text(view.thread_name(seen.thread));
  labels.age_s = age_bucket(seen.age_s);
  labels.mark = writer->text(view.mark(seen.stack));
  if ((wanted & kLabelFd) != 0 && is_fd(seen.kind) && seen.identity <= INT32_MAX)
    labels.fd = static_cast<std::int32_t>(seen.identity);
  return labels;
}

}  // namespace

std::vector<SeenMisuse> seen_misuses(const SegmentView& view) {
  std::vector<SeenMisuse> misuses;
  view.for_each_misuse([&](std::size_t, const MisuseRecord& record) {
    if (record.misuse == MisuseKind::none || record.count == 0) return;
    if (record.misuse >= MisuseKind::count || record.kind >= Kind::count)
      return view.count_damaged();
    misuses.push_back({record.misuse, record.kind, view.checked(record.stack),
                       view.checked(record.closed), view.checked(record.opened), record.thread,
                       view.age_s(record.birth), record.identity, record.count});
  });
  return misuses;
}

ProfileShape misuse_shape() {
  const char* misuses = held_values(Profile::misuse).count;
  return {
      {{kOpened, "count"}, {kClosedBefore, "count"}, {misuses, "count"}}, {misuses, "count"}, 1};
}

void add_misuses(const std::vector<SeenMisuse>& misuses, const SegmentView& view,
                 const StackBook& book, std::uint8_t wanted, ProfileWriter* writer) {
  std::int64_t number = 0;
  for (const SeenMisuse& seen : misuses) {
    Labels labels = labels_of(seen, view, wanted, writer);
    labels.case_number = ++number;
    const auto add = [&](StackId stack, Value value) {
      Values values{};
      values[value] = seen.count;
      // What an allocator is made of tells nobody where a block was freed.
      const ShownStack shown =
          seen.kind == Kind::heap ? book.heap_stack(stack) : book.stack(stack, Origin::hooked);
      writer->add(writer->stack(shown), labels, values);
    };
    add(seen.stack, kWhereMisused);
    if (seen.closed != 0) add(seen.closed, kWhereClosed);
    if (seen.opened != 0) add(seen.opened, kWhereOpened);
  }
}

}  // namespace leakhook
