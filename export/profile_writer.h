// SPDX-License-Identifier: Apache-2.0
// How does a set of samples become one profile.proto? Knows pprof's conventions, nothing of
// segments.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stack_book.h"

namespace leakhook {

struct ValueMeaning {
  const char* type;
  const char* unit;
};

/// What the values of a profile mean. The last one is the default that clients show.
struct ProfileShape {
  std::vector<ValueMeaning> values;
  ValueMeaning period_type;
  std::int64_t period = 1;
};

/// What all profiles of one dump share.
struct ProfileFacts {
  std::int64_t time_ns = 0;
  std::vector<std::string> comments;
};

constexpr std::size_t kMostValues = 4;
using Values = std::array<std::int64_t, kMostValues>;

/// Texts are numbers given by ProfileWriter::text(); 0 and -1: no such label.
struct Labels {
  std::uint32_t kind = 0;
  std::uint32_t thread = 0;
  std::uint32_t origin = 0;
  std::uint32_t peer = 0;
  std::uint32_t path = 0;
  std::uint32_t reach = 0;
  std::uint32_t state = 0;
  std::uint32_t misuse = 0;
  std::uint32_t mark = 0;
  std::int32_t fd = -1;
  std::int64_t age_s = -1;  ///< lower bound of a bucket, see age_bucket()
  std::int64_t bytes = -1;
  std::int64_t leak = -1;         ///< number of a root cause
  std::int64_t case_number = -1;  ///< the same for all samples of one misuse
  friend bool operator==(const Labels&, const Labels&) = default;
};

/// 0, 1 s, 10 s, 1 min, 10 min, 1 h, 1 day, 1 week: the largest that is not above the age.
std::int64_t age_bucket(std::uint64_t seconds);
/// The same as a number below kAgeBuckets, and the bound that it stands for.
inline constexpr std::uint64_t kAgeBuckets = 8;
std::uint64_t age_bucket_number(std::uint64_t seconds);
std::int64_t age_bound(std::uint64_t number);

class ProfileTables;

class ProfileWriter {
 public:
  /// Requires: `book` outlives the writer.
  ProfileWriter(ProfileShape shape, const StackBook& book);

  /// A number for a label's text; 0 for the empty one.
  std::uint32_t text(std::string_view label);

  /// A number for a stack; equal stacks have one.
  std::uint32_t stack(const ShownStack& stack);

  /// Adds up samples with the same stack and labels.
  void add(std::uint32_t stack, const Labels& labels, const Values& values);

  /// A sample whose stack and labels no other call names; saves the search for an equal one.
  void add_new(std::uint32_t stack, const Labels& labels, const Values& values);
  /// Room for so many samples.
  void expect(std::size_t samples) { samples_.reserve(samples); }

  std::size_t samples() const { return samples_.size(); }

  /// The serialized profile, not compressed.
  std::string finish(const ProfileFacts& facts) const;

 private:
  struct Sample {
    std::uint32_t stack;
    Labels labels;
    Values values{};
  };
  struct StackHash {
    std::size_t operator()(const ShownStack& stack) const;
  };

  static std::size_t hash_of(std::uint32_t stack, const Labels& labels);
  std::uint32_t& slot_of(std::uint32_t stack, const Labels& labels);
  void grow();
  std::vector<std::uint32_t> order() const;
  std::string sample_bytes(ProfileTables* tables) const;

  ProfileShape shape_;
  const StackBook& book_;
  std::vector<std::string> texts_{""};
  std::unordered_map<std::string, std::uint32_t> index_of_text_;
  std::unordered_map<ShownStack, std::uint32_t, StackHash> index_of_stack_;
  std::vector<const ShownStack*> stacks_;
  std::vector<Sample> samples_;
  std::vector<std::uint32_t> slots_;  ///< by hash: 1 + index of a sample of add(), 0 = free
  std::size_t indexed_ = 0;           ///< of them in use, at most half
};

}  // namespace leakhook
