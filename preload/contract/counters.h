// SPDX-License-Identifier: Apache-2.0
// The counters of counters.def as numbers: places in Header::counters.
#pragma once
#include <cstdint>

namespace leakhook {

enum class Counter : std::uint32_t {
#define COUNTER(name, text) name,
#include "counters.def"
  count
};

struct CounterRow {
  const char* name;
  const char* text;
};

inline constexpr CounterRow kCounterRows[] = {
#define COUNTER(name, text) {#name, text},
#include "counters.def"
};

}  // namespace leakhook
