// SPDX-License-Identifier: Apache-2.0
// How do the profiles of one dump travel as one text?
#include "profile_bundle.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace leakhook {

std::string bundle_of(const std::vector<verdict::ProfileFile>& profiles) {
  std::string bundle;
  for (const verdict::ProfileFile& profile : profiles)
    bundle += profile.name + " " + std::to_string(profile.bytes.size()) + "\n" + profile.bytes;
  return bundle;
}

std::optional<std::vector<verdict::ProfileFile>> profiles_in(std::string_view bundle) {
  std::vector<verdict::ProfileFile> profiles;
  while (!bundle.empty()) {
    const std::size_t line = bundle.find('\n');
    const std::size_t space = bundle.find(' ');
    if (line == std::string_view::npos || space >= line) return std::nullopt;
    const std::string_view name = bundle.substr(0, space);
    const bool is_known = std::any_of(std::begin(kProfileRows), std::end(kProfileRows),
                                      [&](const ProfileRow& row) { return name == row.name; });
    std::size_t size = 0;
    const char* const end = bundle.data() + line;
    const auto number = std::from_chars(bundle.data() + space + 1, end, size);
    bundle.remove_prefix(line + 1);
    if (!is_known || number.ec != std::errc() || number.ptr != end || size > bundle.size())
      return std::nullopt;
    profiles.push_back({std::string(name), "", std::string(bundle.substr(0, size))});
    bundle.remove_prefix(size);
  }
  if (profiles.empty()) return std::nullopt;
  return profiles;
}

}  // namespace leakhook
