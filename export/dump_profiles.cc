// SPDX-License-Identifier: Apache-2.0
// Which profiles does a dump consist of?
#include "dump_profiles.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

#include "heap_rows.h"
#include "output_files.h"
#include "profile_words.h"
#include "profile_writer.h"
#include "saturated.h"
#include "seen_misuses.h"

namespace leakhook {
namespace {

ProfileShape shape_of(Profile profile, const SegmentView& view) {
  const HeldValues& held = held_values(profile);
  if (profile == Profile::heap) {
    const std::uint64_t distance = view.header().settings.sample_bytes;
    return {{{"alloc_objects", "count"},
             {"alloc_space", "bytes"},
             {held.count, "count"},
             {held.bytes, "bytes"}},
            {"space", "bytes"},
            static_cast<std::int64_t>(std::clamp<std::uint64_t>(distance, 1, INT64_MAX))};
  }
  if (profile == Profile::misuse) return misuse_shape();
  if (held.bytes) return {{{held.count, "count"}, {held.bytes, "bytes"}}, {held.bytes, "bytes"}, 1};
  return {{{held.count, "count"}}, {held.count, "count"}, 1};
}

/// "inuse_space: 1048576 bytes, standard error 65536": one for all samples together.
std::string with_error(const char* type, std::int64_t value, const char* unit, double error) {
  return std::string(type) + ": " + std::to_string(value) + " " + unit + ", standard error " +
         std::to_string(saturated_round(error));
}

/// "37.5", "0" when there is nothing to share the bytes.
std::string per_one(std::uint64_t bytes, std::uint64_t count) {
  char text[32] = "0";
  if (count != 0)
    std::snprintf(text, sizeof text, "%.1f",
                  static_cast<double>(bytes) / static_cast<double>(count));
  return text;
}

/// What tracking costs the service in memory. Read by programs too: numbers and words stay.
void add_book_sizes(const BookSizes& sizes, std::uint64_t live_records,
                    std::vector<std::string>* comments) {
  comments->push_back("stack table: " + std::to_string(sizes.stacks) + " stacks, " +
                      std::to_string(sizes.nodes) + " nodes, " + std::to_string(sizes.stack_bytes) +
                      " bytes, " + per_one(sizes.stack_bytes, sizes.stacks) +
                      " per distinct stack");
  comments->push_back("segment: " + std::to_string(sizes.bytes) + " bytes, " +
                      std::to_string(live_records) + " live heap records, " +
                      per_one(sizes.bytes, live_records) + " per record");
}

std::string milliseconds(std::uint64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms", static_cast<double>(ns) / 1e6);
  return text;
}

/// Read by programs too: numbers and words stay.
std::string reach_comment(const ReachSummary& reach) {
  const std::string predicted = milliseconds(reach.predicted_ns);
  if (reach.reason == ReachReason::none)
    return std::string(words::kReachability) + words::kReachDone + ", pause " +
           milliseconds(reach.pause_ns) + " (predicted " + predicted + "), scanned " +
           std::to_string(reach.root_bytes + reach.heap_bytes) + " bytes in " +
           milliseconds(reach.mark_ns) + ", " + std::to_string(reach.threads) + " threads, " +
           std::to_string(reach.unseen) + " of them without their registers";
  static constexpr const char* kReasons[] = {
#define REACH_REASON(name, text) text,
#include "../preload/contract/reach_reasons.def"
  };
  const auto reason = static_cast<std::size_t>(reach.reason);
  const std::string text = reason < std::size(kReasons) ? kReasons[reason] : "damaged records";
  return std::string(words::kReachability) + words::kReachUnknown + text +
         (reach.predicted_ns ? " (predicted pause " + predicted + ")" : "");
}

std::vector<std::string> comments_of(const SegmentView& view, const HeapRows& heap,
                                     const std::vector<std::string>& notes) {
  const Header& header = view.header();
  const ProcessIdentity process{header.pid, header.process_start_ticks};
  const std::uint64_t distance = header.settings.sample_bytes;
  std::vector<std::string> comments{std::string(words::kMaker) + LEAKHOOK_VERSION};
  if (const std::string library = view.version(); !library.empty() && library != LEAKHOOK_VERSION)
    comments.push_back("library version: " + library);
  comments.push_back(distance > 1 ? words::kSampled + std::to_string(distance) + " bytes on average"
                                  : "mode: exact");
  if (header.settings.allocator == Allocator::mimalloc)
    comments.push_back("allocator: mimalloc (LEAKHOOK_ALLOCATOR)");
  if (distance > 1) {
    comments.push_back(with_error("inuse_objects", heap.objects, "blocks", heap.error.objects()));
    comments.push_back(with_error("inuse_space", heap.bytes, "bytes", heap.error.bytes()));
  }
  comments.push_back(process.pid_comment());
  comments.push_back(process.start_comment());
  comments.push_back(words::kCommand + view.command());
  comments.push_back(words::kDumpNumber + std::to_string(header.dump_number));
  add_book_sizes(view.book_sizes(), heap.records, &comments);
  for (std::size_t i = 0; i < std::size(kCounterRows); ++i) {
    const std::uint64_t count = view.counter(static_cast<Counter>(i));
    if (count == 0) continue;
    comments.push_back(std::string(kCounterRows[i].name) + ": " + std::to_string(count) + " (" +
                       kCounterRows[i].text + ")");
  }
  if (!header.libc_hooked) comments.push_back(words::kOwnAllocator);
  comments.insert(comments.end(), notes.begin(), notes.end());
  if (header.packed && header.reach.was_asked) comments.push_back(reach_comment(header.reach));
  if (view.damaged())
    comments.push_back(words::kDamaged + std::to_string(view.damaged()) +
                       " (left out, or shown without a stack or a word)");
  return comments;
}

std::vector<StackId> stacks_in(const HeapRows& heap, const std::vector<OpenResource>& resources,
                               const std::vector<SeenMisuse>& misuses) {
  std::vector<StackId> stacks;
  for (const HeapRow& row : heap.live) {
    if (stacks.empty() || stacks.back() != row.stack) stacks.push_back(row.stack);
    if (row.reach == Reach::indirect) stacks.push_back(row.cause);
  }
  for (const PassedRow& row : heap.passed) stacks.push_back(row.stack);
  for (const OpenResource& resource : resources) stacks.push_back(resource.stack);
  for (const SeenMisuse& row : misuses)
    stacks.insert(stacks.end(), {row.stack, row.closed, row.opened});
  std::sort(stacks.begin(), stacks.end());
  stacks.erase(std::unique(stacks.begin(), stacks.end()), stacks.end());
  return stacks;
}

/// Thread names as label texts. Distinct: no two of them look the same.
struct ThreadTexts {
  std::vector<std::uint32_t> texts;
  bool are_distinct = true;

  ThreadTexts(const SegmentView& view, ProfileWriter* writer) : texts(kMaxNames) {
    std::vector<bool> is_taken(1);
    for (NameId name = 1; name < view.name_count(); ++name) {
      texts[name] = writer->text(view.thread_name(name));
      if (texts[name] >= is_taken.size()) is_taken.resize(texts[name] + 1);
      if (texts[name] == 0 || is_taken[texts[name]]) are_distinct = false;
      is_taken[texts[name]] = true;
    }
  }
};

/// What each stack of a heap profile shows, as the writer's number, and which leaks there are.
class HeapStacks {
 public:
  HeapStacks(const HeapRows& rows, const StackBook& book, ProfileWriter* writer) {
    for (const HeapRow& row : rows.live) {
      learn(row.stack, book, writer);
      if (row.reach == Reach::indirect) learn(row.cause, book, writer);
    }
    for (const PassedRow& row : rows.passed) learn(row.stack, book, writer);
    leaks_.resize(users_.size());
    for (const HeapRow& row : rows.live) {
      if (!is_lost(row) || leaks_[number(row.cause)] != 0) continue;
      leaks_[number(row.cause)] = ++leaks_found_;
    }
  }
  std::uint32_t number(StackId stack) const { return numbers_[stack] - 1; }
  /// Blocks that were lost at places that look the same, and what hangs below them, have one
  /// number; −1: not lost.
  std::int64_t leak(const HeapRow& row) const {
    return is_lost(row) ? leaks_[number(row.cause)] : -1;
  }
  /// No other stack looks the same once its allocators are trimmed.
  bool is_alone(StackId stack) const { return users_[number(stack)] == 1; }
  bool is_alone(const HeapRow& row) const {
    return is_alone(row.stack) && (row.reach != Reach::indirect || is_alone(row.cause));
  }

 private:
  static bool is_lost(const HeapRow& row) {
    return row.reach == Reach::definite || row.reach == Reach::indirect;
  }

  void learn(StackId stack, const StackBook& book, ProfileWriter* writer) {
    if (stack >= numbers_.size()) numbers_.resize(stack + 1);
    if (numbers_[stack] != 0) return;
    const std::uint32_t number = writer->stack(book.heap_stack(stack));
    numbers_[stack] = number + 1;
    if (number >= users_.size()) users_.resize(number + 1);
    ++users_[number];
  }

  std::vector<std::uint32_t> numbers_;  ///< 1 + number, by stack id
  std::vector<std::uint32_t> users_;    ///< stack ids, by number
  std::vector<std::int64_t> leaks_;     ///< by number, 0: nothing was lost there
  std::int64_t leaks_found_ = 0;
};

void add_heap(const SegmentView& view, const StackBook& book, const HeapRows& rows,
              ProfileWriter* writer) {
  const std::uint32_t kind = writer->text(row_of(Kind::heap).label);
  const std::uint32_t inherited = writer->text("inherited");
  std::array<std::uint32_t, static_cast<std::size_t>(Reach::count)> reach{};
  for (std::size_t i = 1; i < reach.size(); ++i)
    reach[i] = writer->text(text_of(static_cast<Reach>(i)));
  const ThreadTexts threads(view, writer);
  const HeapStacks stacks(rows, book, writer);
  writer->expect(rows.live.size() + rows.passed.size());
  // Rows of one stack differ in what becomes labels, unless threads or causes look the same.
  const auto add = [&](StackId stack, bool is_alone, const Labels& labels, const Values& values) {
    if (threads.are_distinct && is_alone)
      writer->add_new(stacks.number(stack), labels, values);
    else
      writer->add(stacks.number(stack), labels, values);
  };
  for (const HeapRow& row : rows.live) {
    Labels labels;
    labels.kind = kind;
    labels.thread = threads.texts[row.thread];
    labels.age_s = row.age_s;
    labels.bytes = static_cast<std::int64_t>(row.size);
    if (row.is_inherited) labels.origin = inherited;
    labels.reach = reach[static_cast<std::size_t>(row.reach)];
    labels.leak = stacks.leak(row);
    labels.mark = writer->text(view.mark(row.stack));
    add(row.stack, stacks.is_alone(row), labels, {row.objects, row.bytes, row.objects, row.bytes});
  }
  // What is gone has no thread, age or size of its own: a row without those labels, so that all
  // rows of a stack together say what it ever allocated.
  Labels labels;
  labels.kind = kind;
  for (const PassedRow& row : rows.passed)
    add(row.stack, stacks.is_alone(row.stack), labels, {row.objects, row.bytes, 0, 0});
}

Labels labels_of(const OpenResource& resource, std::uint8_t wanted, ProfileWriter* writer) {
  Labels labels;
  labels.kind = writer->text(row_of(resource.kind).label);
  labels.thread = writer->text(resource.thread);
  if (resource.origin == Origin::inherited) labels.origin = writer->text("inherited");
  if (resource.origin == Origin::untracked) labels.origin = writer->text("untracked");
  labels.peer = writer->text(resource.peer);
  labels.state = writer->text(resource.state);
  labels.mark = writer->text(resource.mark);
  if (resource.age_s) labels.age_s = age_bucket(*resource.age_s);
  if (wanted & kLabelFd) labels.fd = resource.fd;
  if (wanted & kLabelPath) labels.path = writer->text(resource.path);
  return labels;
}

void add_resources(Profile profile, const std::vector<OpenResource>& resources,
                   const StackBook& book, std::uint8_t wanted, ProfileWriter* writer) {
  for (const OpenResource& resource : resources) {
    if (row_of(resource.kind).profile != profile) continue;
    Values values{1};
    if (profile == Profile::mapping) values[1] = static_cast<std::int64_t>(resource.size);
    writer->add(writer->stack(book.stack(resource.stack, resource.origin)),
                labels_of(resource, wanted, writer), values);
  }
}

}  // namespace

DumpProfiles make_profiles(const SegmentView& view, const std::vector<OpenResource>& resources,
                           DebugFiles files, const DumpOptions& options) {
  const HeapRows heap = heap_rows(view);
  const std::vector<SeenMisuse> misuses = seen_misuses(view);
  const StackBook book(view, stacks_in(heap, resources, misuses), std::move(files));
  ProfileFacts facts;
  facts.time_ns = static_cast<std::int64_t>(view.realtime_ns());
  facts.comments = comments_of(view, heap, options.notes);

  DumpProfiles result;
  for (const ProfileRow& row : kProfileRows) {
    ProfileWriter writer(shape_of(row.profile, view), book);
    if (row.profile == Profile::heap) add_heap(view, book, heap, &writer);
    if (row.profile == Profile::misuse) add_misuses(misuses, view, book, options.labels, &writer);
    add_resources(row.profile, resources, book, options.labels, &writer);
    if (writer.samples() == 0 && row.presence == Presence::when_used) continue;
    result.profiles.push_back({row.name, writer.finish(facts)});
  }
  const auto open_in = [&](Profile profile) {
    return static_cast<std::size_t>(std::count_if(
        resources.begin(), resources.end(),
        [&](const OpenResource& resource) { return row_of(resource.kind).profile == profile; }));
  };
  result.summary = {heap.bytes,
                    heap.objects,
                    open_in(Profile::fd),
                    open_in(Profile::thread),
                    open_in(Profile::timer),
                    misuses.size()};
  return result;
}

}  // namespace leakhook
