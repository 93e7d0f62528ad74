// SPDX-License-Identifier: Apache-2.0
// The rows of misuse.def as numbers. They stand in the segment: append, never reorder.
#pragma once
#include <cstdint>

namespace leakhook {

enum class MisuseKind : std::uint8_t {
  none,
#define MISUSE(name, text) name,
#include "misuse.def"
  count
};

struct MisuseRow {
  const char* name;
  const char* text;
};

inline constexpr MisuseRow kMisuseRows[] = {
#define MISUSE(name, text) {#name, text},
#include "misuse.def"
};

/// The row of a misuse. Requires: it is neither none nor count.
constexpr const MisuseRow& row_of(MisuseKind misuse) {
  return kMisuseRows[static_cast<int>(misuse) - 1];
}

}  // namespace leakhook
