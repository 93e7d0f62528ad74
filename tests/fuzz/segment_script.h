// SPDX-License-Identifier: Apache-2.0
// Which segment does an input describe? Small inputs that make whole segments, sane or not: records
// as a service writes them, and changes of any byte of what came out.
#pragma once
#include <string>

#include "fuzz.h"

namespace leakhook::fuzz {

enum class Form : std::uint8_t { packed_file, spread_file, packed_stream, count };

struct ScriptedSegment {
  Form form;
  std::string bytes;
};

/// What a step of a script is; its operands follow it.
enum class Act : std::uint8_t {
  module,
  name,
  stack,
  mark,
  live,
  reach,
  count,
  fd,
  thread,
  misuse,
  resource,
  region_word,  ///< eight bytes anywhere in a region
  region_size,
  header_word,  ///< eight bytes anywhere in the header
  cut,
  acts
};

ScriptedSegment segment_of(Input input);

}  // namespace leakhook::fuzz
