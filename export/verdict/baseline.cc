// SPDX-License-Identifier: Apache-2.0
// Which leaks are known already?
#include "baseline.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "fingerprint.h"
#include "kind_words.h"
#include "selection.h"
#include "stack_names.h"
#include "text_file.h"

namespace leakhook::verdict {
namespace {

constexpr std::string_view kTitle = "# leakhook baseline ";
constexpr std::string_view kArrow = " <- ";
constexpr const char* kExpected =
    "expected CLASS COUNT BYTES FUNCTION <- CALLER …, with a class such as heap/lost or socket";

bool is_class(std::string_view text) {
  if (text.starts_with("heap/")) {
    text.remove_prefix(5);
    return text == "lost" || text == "possible" || text == "reachable" || text == "unknown";
  }
  return text != "heap" && kinds_of(text).size() == 1 && row_of(kinds_of(text)[0]).label == text;
}

/// Up to the next blank, which goes too.
std::string_view take_word(std::string_view* line) {
  const std::size_t end = std::min(line->find(' '), line->size());
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(std::min(end + 1, line->size()));
  return word;
}

bool take_number(std::string_view* line, std::int64_t* number) {
  const std::string_view word = take_word(line);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), *number);
  return error == std::errc() && end == word.data() + word.size() && *number >= 0;
}

bool parse_entry(std::string_view line, BaselineEntry* entry) {
  entry->kind = take_word(&line);
  if (!is_class(entry->kind) || !take_number(&line, &entry->count) ||
      !take_number(&line, &entry->bytes) || line.empty())
    return false;
  while (true) {
    const std::size_t arrow = line.find(kArrow);
    entry->stack.emplace_back(line.substr(0, arrow));
    if (arrow == std::string_view::npos) return true;
    line.remove_prefix(arrow + kArrow.size());
  }
}

using Key = std::pair<std::string, std::vector<std::string>>;

/// Each stack once, with the most of each number: a union of two branches allows what either did.
std::vector<BaselineEntry> merged(const std::vector<BaselineEntry>& entries) {
  std::map<Key, std::pair<std::int64_t, std::int64_t>> most;
  for (const BaselineEntry& entry : entries) {
    auto& [count, bytes] = most[{entry.kind, entry.stack}];
    count = std::max(count, entry.count);
    bytes = std::max(bytes, entry.bytes);
  }
  std::vector<BaselineEntry> result;
  for (const auto& [key, amounts] : most)
    result.push_back({key.first, key.second, amounts.first, amounts.second});
  return result;
}

bool is_kept(Decision decision) {
  return decision == Decision::fails || decision == Decision::in_baseline ||
         decision == Decision::allowed;
}

}  // namespace

std::string read_baseline(const std::string& path, std::vector<BaselineEntry>* entries) {
  std::string text;
  const std::string error = read_text_file(path, &text);
  return error.empty() ? parse_baseline(text, path, entries) : error;
}

std::string parse_baseline(std::string_view text, const std::string& source,
                           std::vector<BaselineEntry>* entries) {
  if (text.starts_with(kTitle) && !text.substr(kTitle.size()).starts_with("1\n"))
    return source + ":1: expected '" + std::string(kTitle) +
           "1': a newer leakhook has written this file";
  std::vector<BaselineEntry> parsed;
  for (const TextLine& line : lines_of(text, "\r"))
    if (!parse_entry(line.text, &parsed.emplace_back()))
      return source + ":" + std::to_string(line.number) + ": '" +
             std::string(line.text.substr(0, 80)) + "': " + kExpected;
  *entries = merged(parsed);
  return {};
}

std::string baseline_text(std::vector<BaselineEntry> entries) {
  std::string text = std::string(kTitle) + "1\n" +
                     "# Known leaks: class, most of them in one process, their bytes, stack.\n";
  for (const BaselineEntry& entry : merged(entries)) {
    text +=
        entry.kind + " " + std::to_string(entry.count) + " " + std::to_string(entry.bytes) + " ";
    for (std::size_t i = 0; i < entry.stack.size(); ++i)
      text += (i ? std::string(kArrow) : std::string()) + entry.stack[i];
    text += '\n';
  }
  return text;
}

std::string write_baseline(const std::string& path, std::vector<BaselineEntry> entries) {
  return write_text_file(path, baseline_text(std::move(entries)));
}

std::vector<BaselineEntry> baseline_of(const Verdict& verdict) {
  std::map<std::pair<std::size_t, Key>, BaselineEntry> sums;
  StackNamer namer;
  for (const Finding& finding : verdict.findings) {
    if (!is_kept(finding.decision)) continue;
    const Holding& holding = verdict.dumps[finding.dump].holdings[finding.holding];
    Key key{class_of(holding), namer.names_of(holding.stack)};
    BaselineEntry& entry = sums[{finding.dump, key}];
    entry.kind = key.first;
    entry.stack = key.second;
    entry.count += judged_count(holding);
    entry.bytes += holding.bytes;
  }
  std::vector<BaselineEntry> entries;
  for (const auto& [key, entry] : sums) entries.push_back(entry);
  return merged(entries);
}

}  // namespace leakhook::verdict
