// SPDX-License-Identifier: Apache-2.0
// How does a set of samples become one profile.proto?
#include "profile_writer.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <numeric>

#include "profile_tables.h"

namespace leakhook {
namespace {

using ProtoSample = perftools::profiles::Sample;

std::size_t mix(std::size_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

class LabelWriter {
 public:
  LabelWriter(ProfileTables* tables, const std::vector<std::string>& texts)
      : tables_(*tables), texts_(texts) {}

  void write(const Labels& labels, ProtoSample* sample) {
    add_text(sample, "kind", labels.kind);
    add_text(sample, "thread", labels.thread);
    add_number(sample, "age", labels.age_s, "seconds");
    add_number(sample, "bytes", labels.bytes, "bytes");
    add_text(sample, "origin", labels.origin);
    add_text(sample, "peer", labels.peer);
    // A number without a unit is dropped when it is 0.
    add_number(sample, "fd", labels.fd, "fd");
    add_text(sample, "path", labels.path);
  }

 private:
  void add_text(ProtoSample* sample, const char* key, std::uint32_t text) {
    if (text == 0) return;
    auto* label = sample->add_label();
    label->set_key(tables_.text(key));
    label->set_str(tables_.text(texts_[text]));
  }

  void add_number(ProtoSample* sample, const char* key, std::int64_t number, const char* unit) {
    if (number < 0) return;
    auto* label = sample->add_label();
    label->set_key(tables_.text(key));
    label->set_num(number);
    label->set_num_unit(tables_.text(unit));
  }

  ProfileTables& tables_;
  const std::vector<std::string>& texts_;
};

}  // namespace

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t result;
  return __builtin_add_overflow(a, b, &result) ? INT64_MAX : result;
}

std::int64_t age_bucket(std::uint64_t seconds) {
  static constexpr std::int64_t kBounds[] = {0, 1, 10, 60, 600, 3600, 86400, 604800};
  std::int64_t bucket = 0;
  for (const std::int64_t bound : kBounds)
    if (seconds >= static_cast<std::uint64_t>(bound)) bucket = bound;
  return bucket;
}

std::size_t ProfileWriter::StackHash::operator()(const ShownStack& stack) const {
  std::size_t hash = stack.size();
  for (const ShownFrame& frame : stack)
    hash = mix(hash, std::uint64_t{frame.place} << 32 | frame.skip);
  return hash;
}

std::size_t ProfileWriter::SampleHash::operator()(const SampleKey& key) const {
  static_assert(sizeof(Labels) % 8 == 0 && sizeof(Labels) == 48);
  std::uint64_t words[sizeof(Labels) / 8];
  std::memcpy(words, &key.labels, sizeof words);
  std::size_t hash = key.stack;
  for (const std::uint64_t word : words) hash = mix(hash, word);
  return hash;
}

ProfileWriter::ProfileWriter(ProfileShape shape, const StackBook& book)
    : shape_(std::move(shape)), book_(book) {}

std::uint32_t ProfileWriter::text(std::string_view label) {
  if (label.empty()) return 0;
  const auto [at, is_new] =
      index_of_text_.try_emplace(std::string(label), static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.emplace_back(label);
  return at->second;
}

void ProfileWriter::add(const ShownStack& stack, const Labels& labels, const Values& values) {
  const auto [known, is_new] =
      index_of_stack_.try_emplace(stack, static_cast<std::uint32_t>(stacks_.size()));
  if (is_new) stacks_.push_back(&known->first);
  const auto [at, is_new_sample] =
      index_of_sample_.try_emplace(SampleKey{known->second, labels}, samples_.size());
  if (is_new_sample) samples_.push_back({known->second, labels});
  Values& total = samples_[at->second].values;
  for (std::size_t i = 0; i < kMostValues; ++i) total[i] = saturated_sum(total[i], values[i]);
}

std::string ProfileWriter::finish(const ProfileFacts& facts) const {
  google::protobuf::Arena arena;
  auto* profile = google::protobuf::Arena::CreateMessage<perftools::profiles::Profile>(&arena);
  ProfileTables tables(book_, profile);
  const auto set_meaning = [&](const ValueMeaning& meaning, perftools::profiles::ValueType* out) {
    out->set_type(tables.text(meaning.type));
    out->set_unit(tables.text(meaning.unit));
  };
  for (const ValueMeaning& meaning : shape_.values)
    set_meaning(meaning, profile->add_sample_type());
  profile->set_default_sample_type(tables.text(shape_.values.back().type));
  set_meaning(shape_.period_type, profile->mutable_period_type());
  profile->set_period(shape_.period);
  profile->set_time_nanos(facts.time_ns);
  for (const std::string& comment : facts.comments) profile->add_comment(tables.text(comment));

  // Largest first by the value that clients show, then by the others, then as they came.
  std::vector<std::size_t> order(samples_.size());
  std::iota(order.begin(), order.end(), 0);
  const std::size_t count = shape_.values.size();
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    for (std::size_t i = count; i-- > 0;)
      if (samples_[a].values[i] != samples_[b].values[i])
        return samples_[a].values[i] > samples_[b].values[i];
    return false;
  });
  LabelWriter labels(&tables, texts_);
  for (const std::size_t i : order) {
    const Sample& sample = samples_[i];
    auto* out = profile->add_sample();
    for (const ShownFrame& frame : *stacks_[sample.stack])
      out->add_location_id(tables.location(frame));
    for (std::size_t value = 0; value < count; ++value) out->add_value(sample.values[value]);
    labels.write(sample.labels, out);
  }
  tables.finish();
  return profile->SerializeAsString();
}

}  // namespace leakhook
