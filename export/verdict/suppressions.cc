// SPDX-License-Identifier: Apache-2.0
// Which leaks did somebody ask not to hear of?
#include "suppressions.h"

#include <algorithm>

#include "kind_words.h"
#include "ownership.h"
#include "stack_names.h"
#include "text_file.h"

namespace leakhook::verdict {
namespace {

constexpr const char* kBuiltIn = "built in";
constexpr std::string_view kBlanks = " \t\r";

bool is_type(std::string_view type) {
  return type == "leak" || type == "misuse" || !kinds_of(type).empty();
}

/// A line without the blanks around it.
std::string parse_line(std::string_view line, const std::string& source,
                       std::vector<Suppression>* rules) {
  const std::size_t colon = line.find(':');
  const std::string_view type = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_type(type))
    return source + ": '" + std::string(line) + "': expected TYPE:PATTERN with one of the types " +
           "leak, misuse, " + all_kind_words();
  rules->push_back(
      {std::string(type), std::string(line.substr(colon + 1)), source, std::string(line)});
  return {};
}

/// The longest part without a sign of the language: looked for anywhere, it is found.
std::string plain_part_of(std::string_view name) {
  std::string_view longest;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find_first_of("*^$"));
    if (part.size() > longest.size()) longest = part;
    name.remove_prefix(std::min(part.size() + 1, name.size()));
  }
  return longest.empty() ? "*" : std::string(longest);
}

/// '*' for what the language would read as a sign of its own.
std::string without_anchors(std::string name) {
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '^' || c == '$'; }, '*');
  return name;
}

/// As a pattern: what differs between builds of one source becomes '*'.
std::string pattern_of(const Frame& frame) {
  std::string pattern;
  for (const char sign : without_anchors(normalised_name(frame))) {
    if (sign == '>' || sign == '}' || sign == ')') pattern += '*';
    pattern += sign;
  }
  // A result type may stand before the name, arguments or an ABI tag behind it.
  for (const char* before : {"^", ""})
    for (const char* behind : {"$", "(", "[*("})
      if (matches_pattern(before + pattern + behind, frame.function))
        return before + pattern + behind;
  return matches_pattern(pattern, frame.function) ? pattern : plain_part_of(frame.function);
}

bool matches_stack(const Suppression& rule, const Stack& stack) {
  return std::any_of(stack.begin(), stack.end(), [&](const Frame& frame) {
    return matches_pattern(rule.pattern, frame.module) ||
           matches_pattern(rule.pattern, frame.function) ||
           matches_pattern(rule.pattern, frame.system_name) ||
           matches_pattern(rule.pattern, frame.file);
  });
}

std::string rule_for(const std::string& type, const Stack& stack) {
  const Frame* owner = owning_frame(stack);
  if (!owner) return type + ":*";
  if (!has_name(*owner) && !owner->module.empty())
    return type + ":" + without_anchors(owner->module);
  return type + ":" + pattern_of(*owner);
}

}  // namespace

std::string read_suppressions(const std::string& path, std::vector<Suppression>* rules) {
  std::string text;
  const std::string error = read_text_file(path, &text);
  return error.empty() ? parse_suppressions(text, path, rules) : error;
}

std::string parse_suppressions(std::string_view text, const std::string& source,
                               std::vector<Suppression>* rules) {
  std::vector<Suppression> parsed;
  for (const TextLine& line : lines_of(text, kBlanks)) {
    const std::string place = source + ":" + std::to_string(line.number);
    if (const std::string error = parse_line(line.text, place, &parsed); !error.empty())
      return error;
  }
  rules->insert(rules->end(), parsed.begin(), parsed.end());
  return {};
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  if (text.empty()) return false;
  bool is_anchored = pattern.starts_with('^');
  if (is_anchored) pattern.remove_prefix(1);
  bool is_after_star = false;
  while (!pattern.empty()) {
    if (pattern[0] == '*') {
      pattern.remove_prefix(1);
      is_anchored = false;
      is_after_star = true;
      continue;
    }
    if (pattern[0] == '$') return text.empty() || is_after_star;
    const std::string_view piece = pattern.substr(0, pattern.find_first_of("*$"));
    // The first place counts, also where only a later one would let the rest match: a file must
    // mean here what it means to LeakSanitizer.
    const std::size_t at = text.find(piece);
    if (text.empty() || at == std::string_view::npos || (is_anchored && at != 0)) return false;
    text.remove_prefix(at + piece.size());
    pattern.remove_prefix(piece.size());
    is_anchored = is_after_star = false;
  }
  return true;
}

bool speaks_of(const Suppression& rule, Kind kind) {
  if (rule.type == "leak") return kind == Kind::heap;
  const std::vector<Kind> kinds = kinds_of(rule.type);
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool suppresses(const Suppression& rule, const Holding& holding) {
  return speaks_of(rule, holding.kind) && matches_stack(rule, holding.stack);
}

bool suppresses(const Suppression& rule, const Misuse& misuse) {
  return rule.type == "misuse" && matches_stack(rule, misuse.stack);
}

std::string suppression_for(const Holding& holding) {
  return rule_for(holding.kind == Kind::heap ? "leak" : row_of(holding.kind).label, holding.stack);
}

std::string suppression_for(const Misuse& misuse) { return rule_for("misuse", misuse.stack); }

const std::vector<Suppression>& built_in_suppressions() {
  static const std::vector<Suppression> rules = [] {
    std::vector<Suppression> made;
    for (const char* program : {"dash", "bash", "sh", "ksh", "zsh", "timeout"})
      for (const char* type : {"leak", "fd", "timer"}) {
        const std::string pattern = std::string("/bin/") + program + "$";
        made.push_back({type, pattern, kBuiltIn, type + (":" + pattern)});
      }
    return made;
  }();
  return rules;
}

bool is_built_in(const Suppression& rule) { return rule.source == kBuiltIn; }

}  // namespace leakhook::verdict
