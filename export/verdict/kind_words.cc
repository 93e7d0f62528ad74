// SPDX-License-Identifier: Apache-2.0
// Which kinds does a word of the user's speak of?
#include "kind_words.h"

namespace leakhook::verdict {

std::vector<Kind> kinds_of(std::string_view name) {
  for (const KindRow& row : kKindRows)
    if (name == row.label) return {row.kind};
  std::vector<Kind> kinds;
  for (const KindRow& row : kKindRows)
    if (name == kProfileRows[static_cast<int>(row.profile)].name) kinds.push_back(row.kind);
  return kinds;
}

std::vector<Kind> kinds_but_heap() {
  std::vector<Kind> kinds;
  for (const KindRow& row : kKindRows)
    if (row.kind != Kind::heap) kinds.push_back(row.kind);
  return kinds;
}

std::string all_kind_words() {
  std::string words;
  const auto add = [&](const char* word) {
    words += (words.empty() ? "" : ", ") + std::string(word);
  };
  for (const ProfileRow& row : kProfileRows) add(row.name);
  for (const KindRow& row : kKindRows)
    if (std::string_view(row.label) != kProfileRows[static_cast<int>(row.profile)].name)
      add(row.label);
  return words;
}

}  // namespace leakhook::verdict
