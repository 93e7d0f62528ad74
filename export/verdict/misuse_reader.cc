// SPDX-License-Identifier: Apache-2.0
// Which misuses do the samples of a misuse profile tell of?
#include "misuse_reader.h"

#include "../saturated.h"

namespace leakhook::verdict {
namespace {

MisuseKind misuse_named(const std::string& name) {
  for (std::size_t i = 0; i < std::size(kMisuseRows); ++i)
    if (name == kMisuseRows[i].name) return static_cast<MisuseKind>(i + 1);
  return MisuseKind::none;
}

}  // namespace

std::optional<Kind> kind_of_label(const std::string& label) {
  for (const KindRow& row : kKindRows)
    if (row.label == label) return row.kind;
  return {};
}

MisuseReader::MisuseReader(ProfileDecoder& decoder)
    : decoder_(decoder),
      closed_index_(decoder.index_of(kClosedBefore)),
      opened_index_(decoder.index_of(kOpened)) {}

/// Null: `error` says what is wrong.
Misuse* MisuseReader::misuse_of(const DecodedSample& sample, std::string* error) {
  const std::string name = decoder_.text(sample.label(LabelKey::misuse));
  const MisuseKind misuse = misuse_named(name);
  const std::int64_t label = sample.label(LabelKey::kind);
  const auto kind = label != 0 ? kind_of_label(decoder_.text(label)) : Kind::none;
  if (misuse == MisuseKind::none) *error = "has a sample of the unknown misuse \"" + name + "\"";
  if (!kind) *error = "has a misuse of an unknown kind";
  if (sample.label(LabelKey::case_number) < 0) *error = "is damaged: a misuse without its case";
  if (!error->empty()) return nullptr;
  const auto [at, is_new] =
      index_.try_emplace(sample.label(LabelKey::case_number), misuses_.size());
  if (is_new) {
    Misuse& added = misuses_.emplace_back();
    added.misuse = misuse, added.kind = *kind;
    added.age_s = sample.label(LabelKey::age);
    added.thread = decoder_.text(sample.label(LabelKey::thread));
  }
  Misuse& known = misuses_[at->second];
  if (known.misuse == misuse && known.kind == *kind) return &known;
  *error = "is damaged: two misuses are one case";
  return nullptr;
}

std::string MisuseReader::add(const DecodedSample& sample) {
  std::string error;
  Misuse* misuse = misuse_of(sample, &error);
  if (misuse == nullptr) return error;
  const auto has = [&](std::size_t index) {
    return index < sample.values.size() && sample.values[index] != 0;
  };
  misuse->count = saturated_sum(misuse->count, sample.count);
  if (sample.count != 0) misuse->stack = decoder_.stack(sample.frames);
  if (has(closed_index_)) misuse->closed = decoder_.stack(sample.frames);
  if (has(opened_index_)) misuse->opened = decoder_.stack(sample.frames);
  return {};
}

std::vector<Misuse> MisuseReader::take() {
  std::erase_if(misuses_, [](const Misuse& misuse) { return misuse.count == 0; });
  return std::move(misuses_);
}

}  // namespace leakhook::verdict
