// SPDX-License-Identifier: Apache-2.0
// What stands in the segment? Records with their numbers checked and their texts made presentable;
// what contradicts itself is left out and counted.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "module.h"
#include "presentable.h"
#include "reach_cursor.h"
#include "segment_reader.h"

namespace leakhook {

struct LiveBlock {
  std::uint64_t address;
  std::uint64_t size;
  std::uint32_t birth;  ///< see SegmentView::age_s()
  StackId stack;        ///< 0 or the id of a stack that exists
  NameId thread;
};

/// Return addresses with their module ids (Node::place), innermost first.
struct StackPlaces {
  std::vector<std::uint64_t> places;
  bool is_whole = true;  ///< reaches the outermost frame
};

struct Counted {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

/// What the books take of the service's memory. Numbers that the service wrote down, for people.
struct BookSizes {
  std::uint64_t stacks = 0;       ///< distinct ones
  std::uint64_t nodes = 0;        ///< frames that they share
  std::uint64_t stack_bytes = 0;  ///< of both, with what finds them
  std::uint64_t bytes = 0;        ///< of all regions
};

/// Requires: the segment outlives the view.
class SegmentView {
 public:
  explicit SegmentView(const Segment& segment);

  const Header& header() const { return segment_.header(); }
  std::string executable() const;  ///< absolute path
  std::string program() const;     ///< the name that it was started by
  std::string command() const;
  std::string version() const;
  std::uint64_t counter(Counter counter) const;
  BookSizes book_sizes() const;

  /// When the records were true: the dump, or for a file that was left behind its last change.
  std::uint64_t realtime_ns() const { return realtime_ns_; }
  /// The records of a file are true now: its process lives.
  void set_moment(std::uint64_t realtime_ns, std::uint64_t monotonic_ns);

  /// How old something was at that moment.
  std::uint64_t age_s(std::uint32_t birth) const;
  /// It came into being in the process that this one was forked from.
  bool is_inherited(std::uint32_t birth) const { return birth <= header().inherited_until; }

  /// Every address once, in the order of addresses.
  template <class Visit>
  void for_each_live(Visit&& visit) const {
    for (const auto& [key, value] : live_words()) visit(decode(key, value));
  }

  /// A snapshot was taken, and for_each_judged() knows more than `unknown`.
  bool is_reach_known() const;
  /// The same blocks, each with its Judgement. Causes are 0 or ids of stacks that exist.
  template <class Visit>
  void for_each_judged(Visit&& visit) const {
    ReachCursor cursor(segment_.records<ReachRecord>(Region::reach));
    for (const auto& [key, value] : live_words()) {
      Judgement judgement = cursor.of(address_of_key(key), LiveValue::decode(value));
      judgement.cause = checked(judgement.cause);
      visit(decode(key, value), judgement);
    }
    damaged_ += cursor.damaged();
  }

  /// Whole records of the four tables with versions, in table order, with their index.
  template <class Visit>
  void for_each_fd(Visit&& visit) const {
    visit_versioned<FdRecord>(Region::fds, visit);
  }
  template <class Visit>
  void for_each_thread(Visit&& visit) const {
    visit_versioned<ThreadRecord>(Region::threads, visit);
  }
  template <class Visit>
  void for_each_resource(Visit&& visit) const {
    visit_versioned<ResourceRecord>(Region::resources, visit);
  }
  template <class Visit>
  void for_each_misuse(Visit&& visit) const {
    visit_versioned<MisuseRecord>(Region::misuses, visit);
  }

  /// Stack ids from 0 to here may have counts.
  StackId stack_limit() const;
  Counted counts(StackId stack) const;
  /// Empty: no such stack.
  StackPlaces places(StackId stack) const;
  /// The id itself when that stack exists, else 0.
  StackId checked(StackId stack) const;

  /// Names from 1 to here may have a text.
  NameId name_count() const { return static_cast<NameId>(names_.size()); }
  /// Empty for names that do not exist.
  std::string_view thread_name(NameId name) const;
  /// What the program marked the part of its run by in which it ran this stack; may be empty.
  std::string_view mark(StackId stack) const;
  /// Index 0 and modules that were never written are empty.
  const std::vector<Module>& modules() const { return modules_; }

  /// Records that contradict themselves and were left out.
  std::uint64_t damaged() const { return damaged_; }
  void count_damaged() const { ++damaged_; }

 private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> live_words() const;
  LiveBlock decode(std::uint64_t key, std::uint64_t value) const;
  std::uint64_t seconds_of_birth(std::uint32_t birth) const;
  void estimate_moment();

  template <class Record, class Visit>
  void visit_versioned(Region region, Visit&& visit) const {
    const auto records = segment_.records<Record>(region);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto version = records[i].version.load(std::memory_order_relaxed);
      if (version != 0 && version % 2 == 0) visit(i, records[i]);
    }
  }

  const Segment& segment_;
  std::uint64_t realtime_ns_ = 0;
  std::uint64_t now_s_ = 0;  ///< seconds after Header::start_monotonic_ns
  std::vector<std::string> names_;
  std::vector<std::string> marks_;
  std::vector<Module> modules_;
  mutable std::uint64_t damaged_ = 0;
  mutable std::uint64_t frames_left_;
};

/// The text of a fixed-size field that may lack its NUL.
template <std::size_t N>
std::string_view text_of(const char (&field)[N]) {
  const std::string_view all(field, N);
  return all.substr(0, all.find('\0'));
}

}  // namespace leakhook
