// SPDX-License-Identifier: Apache-2.0
// Which holdings does one profile tell of?
#include "read_profile.h"

#include <algorithm>
#include <array>
#include <climits>
#include <iterator>
#include <map>

#include "../gzip.h"
#include "../saturated.h"
#include "misuse_reader.h"
#include "profile_decoder.h"

namespace leakhook::verdict {
namespace {

constexpr std::size_t kMostSizes = 64;

template <class T>
void sort_out(std::vector<T>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

/// Samples that differ only in age, size and what names a single resource.
class Holdings {
 public:
  explicit Holdings(ProfileDecoder& decoder) : decoder_(decoder) {}

  /// Empty or what is wrong.
  std::string add(const DecodedSample& sample);
  std::vector<Holding> take();

 private:
  using Key = std::array<std::int64_t, 8>;

  std::string words_of(const DecodedSample& sample, Kind* kind, Word* word);
  Holding& holding_of(const DecodedSample& sample, Kind kind, Word word);

  ProfileDecoder& decoder_;
  std::map<std::vector<std::uint32_t>, std::int64_t> stacks_;
  std::map<Key, std::size_t> index_;
  std::vector<Holding> holdings_;
};

std::string Holdings::words_of(const DecodedSample& sample, Kind* kind, Word* word) {
  const std::string label = decoder_.text(sample.label(LabelKey::kind));
  const auto known = kind_of_label(label);
  if (!known) return "has a sample of the unknown kind \"" + label + "\"";
  if (row_of(*known).profile != decoder_.profile())
    return "is damaged: " + label + " in the profile of another kind";
  *kind = *known;
  *word = *known == Kind::heap ? Word::unknown : Word::open;
  const std::string reach = decoder_.text(sample.label(LabelKey::reach));
  if (reach.empty()) return {};
  const auto read = word_of(reach);
  if (!read || *read == Word::open || *known != Kind::heap)
    return "has a sample with the unknown word \"" + reach + "\"";
  *word = *read;
  return {};
}

Holding& Holdings::holding_of(const DecodedSample& sample, Kind kind, Word word) {
  const auto stack =
      stacks_.try_emplace(sample.frames, static_cast<std::int64_t>(stacks_.size())).first;
  const std::int64_t leak = std::max<std::int64_t>(sample.label(LabelKey::leak), 0);
  const Key key{static_cast<std::int64_t>(kind), static_cast<std::int64_t>(word),
                sample.label(LabelKey::origin),  stack->second,
                sample.label(LabelKey::thread),  leak,
                sample.label(LabelKey::mark),    sample.label(LabelKey::state)};
  const auto [at, is_new] = index_.try_emplace(key, holdings_.size());
  if (!is_new) return holdings_[at->second];
  Holding& holding = holdings_.emplace_back();
  holding.kind = kind;
  holding.word = word;
  holding.origin = decoder_.text(sample.label(LabelKey::origin));
  holding.thread = decoder_.text(sample.label(LabelKey::thread));
  holding.state = decoder_.text(sample.label(LabelKey::state));
  holding.mark = decoder_.text(sample.label(LabelKey::mark));
  holding.leak = leak;
  holding.stack = decoder_.stack(sample.frames);
  return holding;
}

std::string Holdings::add(const DecodedSample& sample) {
  Kind kind = Kind::none;
  Word word = Word::open;
  std::string error = words_of(sample, &kind, &word);
  if (!error.empty()) return error;
  Holding& holding = holding_of(sample, kind, word);
  holding.count = saturated_sum(holding.count, sample.count);
  holding.bytes = saturated_sum(holding.bytes, sample.bytes);
  if (const std::int64_t age = sample.label(LabelKey::age); age >= 0) {
    const bool is_first = holding.youngest_s < 0;
    holding.youngest_s = is_first ? age : std::min(holding.youngest_s, age);
    holding.oldest_s = std::max(holding.oldest_s, age);
  }
  const auto add_text = [&](LabelKey key, std::vector<std::string>* texts) {
    if (sample.label(key) != 0) texts->push_back(decoder_.text(sample.label(key)));
  };
  if (sample.label(LabelKey::bytes) >= 0) holding.sizes.push_back(sample.label(LabelKey::bytes));
  if (sample.label(LabelKey::fd) >= 0) holding.fds.push_back(sample.label(LabelKey::fd));
  add_text(LabelKey::path, &holding.paths);
  add_text(LabelKey::peer, &holding.peers);
  return {};
}

std::vector<Holding> Holdings::take() {
  for (Holding& holding : holdings_) {
    sort_out(&holding.sizes);
    if (holding.sizes.size() > kMostSizes) holding.sizes.resize(kMostSizes);
    sort_out(&holding.fds);
    sort_out(&holding.paths);
    sort_out(&holding.peers);
  }
  return std::move(holdings_);
}

}  // namespace

std::string read_profile(std::string_view gzip, ReadProfile* out) {
  const std::optional<std::string> bytes = decompressed(gzip);
  if (!bytes)
    return "is no profile: expected one whole gzip file of at most " +
           std::to_string(kMostProfileBytes >> 20) + " MiB unpacked";
  ProfileDecoder decoder;
  std::string error = decoder.read_tables(*bytes);
  if (!error.empty()) return error;
  Holdings holdings(decoder);
  MisuseReader misuses(decoder);
  const bool is_misuse = decoder.profile() == Profile::misuse;
  error = decoder.read_samples([&](const DecodedSample& sample) {
    return is_misuse ? misuses.add(sample) : holdings.add(sample);
  });
  if (!error.empty()) return error;
  out->profile = decoder.profile();
  out->time_ns = decoder.time_ns();
  out->main_module = decoder.main_module();
  out->main_build_id = decoder.main_build_id();
  out->comments = decoder.comments();
  out->holdings = holdings.take();
  out->misuses = misuses.take();
  return decoder.error();
}

}  // namespace leakhook::verdict
