// SPDX-License-Identifier: Apache-2.0
// How are the words for a resource written?
#include "holding.h"

#include "../profile_words.h"

namespace leakhook::verdict {

// What a profile says of heap blocks, and `open` for everything else.
static_assert(static_cast<int>(Word::unknown) == static_cast<int>(Reach::unknown) &&
              static_cast<int>(Word::reachable) == static_cast<int>(Reach::reachable) &&
              static_cast<int>(Word::possible) == static_cast<int>(Reach::possible) &&
              static_cast<int>(Word::indirect) == static_cast<int>(Reach::indirect) &&
              static_cast<int>(Word::definite) == static_cast<int>(Reach::definite) &&
              kWords == static_cast<std::size_t>(Reach::count) + 1);

const char* text_of(Word word) {
  return word == Word::open ? "open" : leakhook::text_of(static_cast<Reach>(word));
}

std::optional<Word> word_of(std::string_view text) {
  for (std::size_t i = 0; i < kWords; ++i)
    if (text == text_of(static_cast<Word>(i))) return static_cast<Word>(i);
  return {};
}

}  // namespace leakhook::verdict
