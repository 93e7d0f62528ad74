// SPDX-License-Identifier: Apache-2.0
// A profile as tests like to read it: texts instead of indices.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "profile.pb.h"

namespace leakhook::testing {

struct SampleText {
  std::vector<std::string> frames;  ///< function names, innermost first, inlined ones too
  std::vector<std::int64_t> values;
  std::map<std::string, std::string> labels;  ///< numbers as "12 bytes"
};

struct ProfileText {
  explicit ProfileText(const std::string& bytes);

  const std::string& text(std::int64_t index) const;
  std::vector<std::string> types() const;
  std::vector<std::string> comments() const;
  bool has_comment(const std::string& text) const;
  /// The only sample whose innermost frame has this name; an empty one when there is none.
  SampleText sample_of(const std::string& innermost) const;

  perftools::profiles::Profile profile;
  bool is_valid = false;
  std::vector<SampleText> samples;
};

}  // namespace leakhook::testing
