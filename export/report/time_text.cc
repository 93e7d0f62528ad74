// SPDX-License-Identifier: Apache-2.0
// When was a dump taken, as XML and JSON write it? In UTC, to the second.
#include "time_text.h"

#include <ctime>

namespace leakhook::report {

std::string utc_text(std::int64_t time_ns) {
  const std::time_t seconds = time_ns / 1'000'000'000;
  std::tm parts{};
  char text[64] = "";
  if (gmtime_r(&seconds, &parts)) std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return text;
}

}  // namespace leakhook::report
