// SPDX-License-Identifier: Apache-2.0
// Which signal does LEAKHOOK_SIGNAL mean?
#include "signal_name.h"

#include <signal.h>
#include <strings.h>

#include <charconv>
#include <cstring>
#include <string>

namespace leakhook {
namespace {

bool equal_but_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) return {};
  return value;
}

/// "RTMIN", "RTMIN+3", "RTMAX-1".
std::optional<int> real_time_signal(std::string_view name) {
  if (name.size() < 5) return {};
  const bool from_min = equal_but_case(name.substr(0, 5), "RTMIN");
  if (!from_min && !equal_but_case(name.substr(0, 5), "RTMAX")) return {};
  const std::string_view rest = name.substr(5);
  const int base = from_min ? SIGRTMIN : SIGRTMAX;
  if (rest.empty()) return base;
  const auto distance = number(rest.substr(1));
  if (rest[0] != (from_min ? '+' : '-') || !distance || *distance < 0) return {};
  if (*distance > SIGRTMAX - SIGRTMIN) return {};
  return from_min ? base + *distance : base - *distance;
}

}  // namespace

std::optional<int> signal_of_name(std::string_view name) {
  if (equal_but_case(name, "none")) return 0;
  if (const auto value = number(name))
    return *value > 0 && *value <= SIGRTMAX ? value : std::nullopt;
  if (equal_but_case(name.substr(0, 3), "SIG")) name.remove_prefix(3);
  if (const auto real_time = real_time_signal(name)) return real_time;
  for (int candidate = 1; candidate < 32; ++candidate) {
    const char* abbreviation = sigabbrev_np(candidate);
    if (abbreviation && equal_but_case(name, abbreviation)) return candidate;
  }
  return {};
}

}  // namespace leakhook
