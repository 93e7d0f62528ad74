// SPDX-License-Identifier: Apache-2.0
// How are the words for a resource written?
#include "holding.h"

#include <algorithm>
#include <iterator>

namespace leakhook::verdict {
namespace {

constexpr const char* kTexts[] = {"unknown",  "reachable", "possible",
                                  "indirect", "definite",  "open"};
static_assert(std::size(kTexts) == kWords);

}  // namespace

const char* text_of(Word word) { return kTexts[static_cast<std::size_t>(word)]; }

std::optional<Word> word_of(std::string_view text) {
  const auto* found = std::find(std::begin(kTexts), std::end(kTexts), text);
  if (found == std::end(kTexts)) return {};
  return static_cast<Word>(found - std::begin(kTexts));
}

}  // namespace leakhook::verdict
