// SPDX-License-Identifier: Apache-2.0
// Which text harms the reader of suppression files, and does each pattern mean what the same words
// mean to LeakSanitizer? An input is a name, a NUL, and a file.
#include "../../export/verdict/suppressions.h"
#include "fuzz.h"

using namespace leakhook;

namespace {

/// LeakSanitizer's rule, step by step over C strings, as its documentation tells it: pieces between
/// stars are looked for one behind the other, each at its first place.
bool means(const std::string& pattern, const std::string& text) {
  if (text.empty()) return false;
  std::size_t at = 0;
  std::size_t word = 0;
  bool at_start = !pattern.empty() && pattern[0] == '^';
  bool behind_star = false;
  if (at_start) word = 1;
  while (word < pattern.size()) {
    if (pattern[word] == '*') {
      ++word;
      at_start = false;
      behind_star = true;
      continue;
    }
    if (pattern[word] == '$') return at == text.size() || behind_star;
    if (at == text.size()) return false;
    std::size_t end = word;
    while (end < pattern.size() && pattern[end] != '*' && pattern[end] != '$') ++end;
    std::size_t found = at;
    while (found < text.size() && text.compare(found, end - word, pattern, word, end - word) != 0)
      ++found;
    if (found >= text.size() || (at_start && found != 0)) return false;
    at = found + (end - word);
    word = end;
    at_start = behind_star = false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view all = fuzz::text_of(bytes, size);
  const std::size_t end = std::min(all.find('\0'), all.size());
  const std::string name(all.substr(0, end));
  const std::string_view file = all.substr(std::min(end + 1, all.size()));

  std::vector<verdict::Suppression> rules;
  const std::string error = verdict::parse_suppressions(file, "file", &rules);
  fuzz::require(error.empty() || rules.empty(), "a file is taken whole or not at all");
  verdict::Holding holding;
  holding.kind = Kind::heap;
  holding.stack = {{name, name, name, 1, name}};
  for (const verdict::Suppression& rule : rules) {
    fuzz::require(verdict::matches_pattern(rule.pattern, name) == means(rule.pattern, name),
                  "a pattern means what it means to LeakSanitizer");
    verdict::suppresses(rule, holding);
  }
  // What leakhook offers as a rule is one, and silences what it was made for.
  std::vector<verdict::Suppression> own;
  const std::string line = verdict::suppression_for(holding);
  if (name.find_first_of("\n\r") != std::string::npos || name.empty()) return 0;
  fuzz::require(verdict::parse_suppressions(line, "own", &own).empty() && own.size() == 1,
                "our own rule can be read");
  fuzz::require(verdict::suppresses(own[0], holding), "our own rule silences its holding");
  return 0;
}
