// SPDX-License-Identifier: Apache-2.0
// A profile as tests like to read it.
#include "profile_text.h"

#include <algorithm>

namespace leakhook::testing {

ProfileText::ProfileText(const std::string& bytes) {
  is_valid = profile.ParseFromString(bytes);
  for (const auto& sample : profile.sample()) {
    SampleText& out = samples.emplace_back();
    for (const auto id : sample.location_id())
      for (const auto& line : profile.location(static_cast<int>(id) - 1).line())
        out.frames.push_back(
            text(profile.function(static_cast<int>(line.function_id()) - 1).name()));
    out.values.assign(sample.value().begin(), sample.value().end());
    for (const auto& label : sample.label())
      out.labels[text(label.key())] =
          label.str() ? text(label.str())
                      : std::to_string(label.num()) + " " + text(label.num_unit());
  }
}

const std::string& ProfileText::text(std::int64_t index) const {
  return profile.string_table(static_cast<int>(index));
}

std::vector<std::string> ProfileText::types() const {
  std::vector<std::string> types;
  for (const auto& type : profile.sample_type())
    types.push_back(text(type.type()) + "/" + text(type.unit()));
  return types;
}

std::vector<std::string> ProfileText::comments() const {
  std::vector<std::string> comments;
  for (const auto index : profile.comment()) comments.push_back(text(index));
  return comments;
}

bool ProfileText::has_comment(const std::string& wanted) const {
  const auto all = comments();
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

SampleText ProfileText::sample_of(const std::string& innermost) const {
  const auto found = std::find_if(samples.begin(), samples.end(), [&](const SampleText& sample) {
    return !sample.frames.empty() && sample.frames.front() == innermost;
  });
  return found == samples.end() ? SampleText{} : *found;
}

}  // namespace leakhook::testing
