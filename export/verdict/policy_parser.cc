// SPDX-License-Identifier: Apache-2.0
// What do the words of --fail-on, --allow and sizes mean?
#include "policy_parser.h"

#include <algorithm>
#include <charconv>

#include "kind_words.h"
#include "suppressions.h"

namespace leakhook::verdict {
namespace {

constexpr Word kHeapWords[] = {Word::definite, Word::indirect, Word::possible, Word::reachable};
constexpr std::int64_t kMostBytes = std::int64_t{1} << 62;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Parts between commas, without the blanks around them.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.push_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

template <class Value>
void add_once(std::vector<Value>* values, Value value) {
  if (std::find(values->begin(), values->end(), value) == values->end()) values->push_back(value);
}

void add_kinds(FailOn* fail_on, const std::vector<Kind>& kinds) {
  for (const Kind kind : kinds) {
    if (kind == Kind::heap) continue;
    add_once(&fail_on->kinds, kind);
    fail_on->running_threads = fail_on->running_threads || kind == Kind::thread;
  }
}

void add_word(FailOn* fail_on, Word word) {
  add_once(&fail_on->words, word);
  fail_on->needs_reach = true;
}

void add_default(FailOn* fail_on) {
  const FailOn preset = default_fail_on();
  for (const Kind kind : preset.kinds) add_once(&fail_on->kinds, kind);
  for (const Word word : preset.words) add_once(&fail_on->words, word);
}

/// One word of --fail-on but "none"; false: it is none.
bool add_fail_word(std::string_view name, FailOn* fail_on) {
  if (name == "default") return add_default(fail_on), true;
  if (name == "misuse") return fail_on->misuse = true;
  if (name == "open") return add_kinds(fail_on, kinds_but_heap()), true;
  if (name == "all") {
    add_kinds(fail_on, kinds_but_heap());
    for (const Word word : kHeapWords) add_word(fail_on, word);
    return fail_on->misuse = true;
  }
  if (name == "heap") {
    add_word(fail_on, Word::definite);
    add_word(fail_on, Word::indirect);
    return true;
  }
  for (const Word word : kHeapWords)
    if (name == text_of(word)) return add_word(fail_on, word), true;
  const std::vector<Kind> kinds = kinds_of(name);
  add_kinds(fail_on, kinds);
  return !kinds.empty();
}

/// A whole number without sign; null: none, or too large.
std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

std::string not_allowed(std::string_view text, const char* expected) {
  return "--allow '" + std::string(text) + "': expected " + expected;
}

/// The left side of an --allow; false: no such kind.
bool set_subject(std::string_view name, Allowance* allowance) {
  constexpr std::string_view kBytes = ".bytes";
  if (name.ends_with(kBytes)) {
    allowance->counts_bytes = true;
    name.remove_suffix(kBytes.size());
  }
  for (const Word word : kHeapWords)
    if (name == text_of(word)) allowance->words = {word};
  if (!allowance->words.empty()) return true;
  allowance->kinds = name == "open" ? kinds_but_heap() : kinds_of(name);
  if (allowance->kinds == std::vector{Kind::heap}) {
    allowance->kinds.clear();
    allowance->words.assign(std::begin(kHeapWords), std::end(kHeapWords));
  }
  return !allowance->kinds.empty() || !allowance->words.empty();
}

/// Only heap blocks and mappings have bytes.
bool may_have_bytes(const Allowance& allowance) {
  return allowance.kinds.empty() || allowance.kinds == std::vector{Kind::mapping};
}

std::string parse_one_allow(std::string_view text, Allowance* allowance) {
  const std::size_t sign = text.find("<=");
  if (sign == std::string_view::npos) return not_allowed(text, "KIND<=NUMBER");
  const std::string_view name = trimmed(text.substr(0, sign));
  const std::string_view most = trimmed(text.substr(sign + 2));
  allowance->text = text;
  if (!set_subject(name, allowance))
    return not_allowed(
        text,
        ("a kind before '<=': definite, indirect, possible, reachable, open, " + all_kind_words())
            .c_str());
  if (allowance->counts_bytes && !may_have_bytes(*allowance))
    return not_allowed(text, "'.bytes' only of heap, its words and mapping");
  const std::optional<std::int64_t> number =
      allowance->counts_bytes ? size_of(most) : number_of(most);
  if (!number)
    return not_allowed(
        text, allowance->counts_bytes ? "a size such as 512 or 1KiB after '<='" : "KIND<=NUMBER");
  allowance->most = *number;
  return {};
}

}  // namespace

FailOn default_fail_on() {
  FailOn fail_on;
  fail_on.words = {Word::definite, Word::indirect};
  for (const KindRow& row : kKindRows)
    if (row.profile == Profile::fd) fail_on.kinds.push_back(row.kind);
  // Not mapping, library and process: correct programs keep these to their end.
  for (const Kind kind : {Kind::thread, Kind::timer, Kind::semaphore})
    fail_on.kinds.push_back(kind);
  return fail_on;
}

Policy default_policy() {
  Policy policy;
  policy.fail_on = default_fail_on();
  policy.suppressions = built_in_suppressions();
  return policy;
}

std::string parse_fail_on(std::string_view text, FailOn* fail_on) {
  FailOn parsed;
  const std::vector<std::string_view> parts = parts_of(text);
  if (parts.size() == 1 && parts[0] == "none") return *fail_on = parsed, std::string();
  for (const std::string_view part : parts)
    if (!add_fail_word(part, &parsed))
      return "--fail-on '" + std::string(part) +
             "': expected definite, indirect, possible, reachable, open, misuse, default, all, " +
             "none (alone), " + all_kind_words();
  *fail_on = parsed;
  return {};
}

std::string parse_allow(std::string_view text, std::vector<Allowance>* allowances) {
  std::vector<Allowance> parsed;
  for (const std::string_view part : parts_of(text)) {
    const std::string error = parse_one_allow(part, &parsed.emplace_back());
    if (!error.empty()) return error;
  }
  allowances->insert(allowances->end(), parsed.begin(), parsed.end());
  return {};
}

std::string parse_min_bytes(std::string_view text, std::int64_t* bytes) {
  const std::optional<std::int64_t> size = size_of(text);
  if (!size) return "--min-bytes '" + std::string(text) + "': expected a size such as 512 or 1KiB";
  *bytes = *size;
  return {};
}

std::string parse_loop(std::string_view text, std::int64_t* iterations) {
  const std::optional<std::int64_t> number = number_of(text);
  if (!number || *number == 0)
    return "--loop '" + std::string(text) + "': expected a number of iterations from 1";
  *iterations = *number;
  return {};
}

std::optional<std::int64_t> size_of(std::string_view text) {
  // Thousands are 1024 with each spelling, as in the settings of the library.
  static constexpr std::string_view kUnits = "KMGT";
  text = trimmed(text);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + digits, number, std::chars_format::fixed);
  if (digits == 0 || error != std::errc() || end != text.data() + digits) return std::nullopt;
  std::string_view unit = trimmed(text.substr(digits));
  double factor = 1;
  if (const std::size_t power = unit.empty() ? unit.npos : kUnits.find(unit[0]);
      power != unit.npos) {
    for (std::size_t i = 0; i <= power; ++i) factor *= 1024;
    unit.remove_prefix(1);
    if (unit.starts_with("iB")) unit.remove_prefix(1);
  }
  if (!unit.empty() && unit != "B") return std::nullopt;
  if (number * factor > static_cast<double>(kMostBytes)) return std::nullopt;
  return static_cast<std::int64_t>(number * factor);
}

}  // namespace leakhook::verdict
