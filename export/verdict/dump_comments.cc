// SPDX-License-Identifier: Apache-2.0
// What do the comments of a profile say of the process and of the dump?
#include "dump_comments.h"

#include <algorithm>
#include <charconv>
#include <climits>

#include "../../preload/contract/counters.h"
#include "../base_name.h"
#include "../profile_words.h"

namespace leakhook::verdict {
namespace {

/// What stands behind `start` in the first comment that begins so.
std::optional<std::string> behind(const Dump& dump, std::string_view start) {
  for (const std::string& comment : dump.comments)
    if (comment.starts_with(start)) return comment.substr(start.size());
  return {};
}

/// The number that `text` begins with.
template <class Number>
std::optional<Number> number_at(const std::optional<std::string>& text, Number least) {
  Number number = 0;
  if (!text) return {};
  const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
  if (read.ec != std::errc() || number < least) return {};
  return number;
}

bool is_loss(const std::string& comment) {
  if (comment.starts_with(words::kDamaged) || comment == words::kOwnAllocator) return true;
  return std::any_of(std::begin(kCounterRows), std::end(kCounterRows), [&](const CounterRow& row) {
    return comment.starts_with(std::string(row.name) + ": ");
  });
}

std::string program_of(const std::string& command) {
  return std::string(base_name(std::string_view(command).substr(0, command.find(' '))));
}

}  // namespace

std::string read_comments(Dump* dump) {
  const auto pid = number_at<pid_t>(behind(*dump, words::kPid), 1);
  if (!behind(*dump, words::kMaker) || !pid)
    return "is no profile of leakhook: no comment names its process";
  dump->pid = *pid;
  dump->start_ticks = number_at<std::uint64_t>(behind(*dump, words::kProcessStart), 0).value_or(0);
  dump->command = behind(*dump, words::kCommand).value_or("");
  dump->program = program_of(dump->command);
  dump->sample_bytes = number_at<std::int64_t>(behind(*dump, words::kSampled), 1).value_or(1);
  dump->reach_remark = behind(*dump, words::kReachability).value_or("");
  dump->is_reach_known = dump->reach_remark.starts_with(words::kReachDone);
  std::copy_if(dump->comments.begin(), dump->comments.end(), std::back_inserter(dump->losses),
               is_loss);
  return {};
}

}  // namespace leakhook::verdict
