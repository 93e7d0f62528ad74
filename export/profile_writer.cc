// SPDX-License-Identifier: Apache-2.0
// How does a set of samples become one profile.proto?
#include "profile_writer.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "profile_tables.h"
#include "profile_words.h"
#include "sample_bytes.h"
#include "saturated.h"

namespace leakhook {
namespace {

std::size_t mix(std::size_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

/// Labels as bytes of a sample. Each text is looked up once.
class LabelWriter {
 public:
  LabelWriter(ProfileTables* tables, const std::vector<std::string>& texts, SampleBytes* out)
      : tables_(*tables), texts_(texts), numbers_(texts.size(), -1), out_(*out) {}

  void write(const Labels& labels) {
    add_text(LabelKey::kind, labels.kind);
    add_text(LabelKey::thread, labels.thread);
    add_number(LabelKey::age, labels.age_s);
    add_number(LabelKey::bytes, labels.bytes);
    add_text(LabelKey::origin, labels.origin);
    add_text(LabelKey::peer, labels.peer);
    add_number(LabelKey::fd, labels.fd);
    add_text(LabelKey::path, labels.path);
    add_text(LabelKey::reach, labels.reach);
    add_number(LabelKey::leak, labels.leak);
    add_text(LabelKey::mark, labels.mark);
    add_text(LabelKey::state, labels.state);
    add_text(LabelKey::misuse, labels.misuse);
    add_number(LabelKey::case_number, labels.case_number);
  }

 private:
  /// Numbers of a key and its unit in the string table; 0: not looked up yet.
  struct Word {
    std::int64_t key = 0;
    std::int64_t unit = 0;
  };

  const Word& word_of(LabelKey key) {
    const auto index = static_cast<std::size_t>(key);
    Word& word = words_[index];
    if (word.key != 0) return word;
    word.key = tables_.text(kLabelKeys[index].key);
    // A number without a unit is dropped when it is 0.
    if (kLabelKeys[index].unit) word.unit = tables_.text(kLabelKeys[index].unit);
    return word;
  }

  void add_text(LabelKey key, std::uint32_t text) {
    if (text == 0) return;
    const std::int64_t key_number = word_of(key).key;
    if (numbers_[text] < 0) numbers_[text] = tables_.text(texts_[text]);
    out_.add(TextLabel{key_number, numbers_[text]});
  }

  void add_number(LabelKey key, std::int64_t number) {
    if (number < 0) return;
    const Word& word = word_of(key);
    out_.add(NumberLabel{word.key, number, word.unit});
  }

  ProfileTables& tables_;
  const std::vector<std::string>& texts_;
  std::vector<std::int64_t> numbers_;  ///< of texts_ in the table, −1: not looked up yet
  std::array<Word, std::size(kLabelKeys)> words_{};
  SampleBytes& out_;
};

}  // namespace

namespace {
constexpr std::int64_t kAgeBounds[kAgeBuckets] = {0, 1, 10, 60, 600, 3600, 86400, 604800};
}

std::uint64_t age_bucket_number(std::uint64_t seconds) {
  std::uint64_t number = 0;
  while (number + 1 < kAgeBuckets && seconds >= static_cast<std::uint64_t>(kAgeBounds[number + 1]))
    ++number;
  return number;
}

std::int64_t age_bound(std::uint64_t number) { return kAgeBounds[number]; }

std::int64_t age_bucket(std::uint64_t seconds) { return age_bound(age_bucket_number(seconds)); }

std::size_t ProfileWriter::StackHash::operator()(const ShownStack& stack) const {
  std::size_t hash = stack.size();
  for (const ShownFrame& frame : stack)
    hash = mix(hash, std::uint64_t{frame.place} << 32 | frame.skip);
  return hash;
}

std::size_t ProfileWriter::hash_of(std::uint32_t stack, const Labels& labels) {
  static_assert(sizeof(Labels) % 8 == 0 && sizeof(Labels) == 72);
  std::uint64_t words[sizeof(Labels) / 8];
  std::memcpy(words, &labels, sizeof words);
  std::size_t hash = stack;
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

std::uint32_t ProfileWriter::stack(const ShownStack& stack) {
  const auto [known, is_new] =
      index_of_stack_.try_emplace(stack, static_cast<std::uint32_t>(stacks_.size()));
  if (is_new) stacks_.push_back(&known->first);
  return known->second;
}

void ProfileWriter::add(std::uint32_t stack, const Labels& labels, const Values& values) {
  if (2 * (indexed_ + 1) > slots_.size()) grow();
  std::uint32_t& slot = slot_of(stack, labels);
  if (slot == 0) {
    samples_.push_back({stack, labels});
    slot = static_cast<std::uint32_t>(samples_.size());
    ++indexed_;
  }
  Values& total = samples_[slot - 1].values;
  for (std::size_t i = 0; i < kMostValues; ++i) total[i] = saturated_sum(total[i], values[i]);
}

void ProfileWriter::add_new(std::uint32_t stack, const Labels& labels, const Values& values) {
  samples_.push_back({stack, labels, values});
}

std::uint32_t& ProfileWriter::slot_of(std::uint32_t stack, const Labels& labels) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash_of(stack, labels) & mask;; at = (at + 1) & mask) {
    std::uint32_t& slot = slots_[at];
    if (slot == 0) return slot;
    const Sample& sample = samples_[slot - 1];
    if (sample.stack == stack && sample.labels == labels) return slot;
  }
}

void ProfileWriter::grow() {
  const std::vector<std::uint32_t> before = std::move(slots_);
  slots_.assign(std::max<std::size_t>(2 * before.size(), 64), 0);
  for (const std::uint32_t slot : before)
    if (slot != 0) slot_of(samples_[slot - 1].stack, samples_[slot - 1].labels) = slot;
}

/// Largest first by the value that clients show, then by the others, then as they came.
std::vector<std::uint32_t> ProfileWriter::order() const {
  // The two that mostly decide lie beside the index.
  struct Place {
    std::int64_t first, second;
    std::uint32_t index;
  };
  const std::size_t last = shape_.values.size() - 1;
  std::vector<Place> places(samples_.size());
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const Values& values = samples_[i].values;
    places[i] = {values[last], last > 0 ? values[last - 1] : 0, i};
  }
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (a.first != b.first) return a.first > b.first;
    if (a.second != b.second) return a.second > b.second;
    const Values& of_a = samples_[a.index].values;
    const Values& of_b = samples_[b.index].values;
    for (std::size_t i = last > 1 ? last - 1 : 0; i-- > 0;)
      if (of_a[i] != of_b[i]) return of_a[i] > of_b[i];
    return a.index < b.index;
  });
  std::vector<std::uint32_t> order(places.size());
  std::transform(places.begin(), places.end(), order.begin(),
                 [](const Place& place) { return place.index; });
  return order;
}

/// The samples, and in `tables` what they name.
std::string ProfileWriter::sample_bytes(ProfileTables* tables) const {
  SampleBytes out;
  LabelWriter labels(tables, texts_, &out);
  std::vector<std::string> locations(stacks_.size());
  std::vector<std::uint64_t> ids;
  for (const std::uint32_t i : order()) {
    const Sample& sample = samples_[i];
    std::string& its_locations = locations[sample.stack];
    if (its_locations.empty()) {
      ids.clear();
      for (const ShownFrame& frame : *stacks_[sample.stack]) ids.push_back(tables->location(frame));
      its_locations = packed(ids);
    }
    out.begin(its_locations, std::span(sample.values).first(shape_.values.size()));
    labels.write(sample.labels);
    out.end();
  }
  return out.take();
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

  const std::string samples = sample_bytes(&tables);
  tables.finish();
  std::string bytes = profile->SerializeAsString();
  bytes += samples;
  return bytes;
}

}  // namespace leakhook
