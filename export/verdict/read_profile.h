// SPDX-License-Identifier: Apache-2.0
// Which holdings does one profile tell of? Nothing in it is trusted: every number is checked before
// it is used, texts become presentable, and memory is bounded whatever the file says.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "holding.h"

namespace leakhook::verdict {

struct ReadProfile {
  Profile profile = Profile::count;
  std::int64_t time_ns = 0;
  std::string main_module;    ///< path, empty when unknown
  std::string main_build_id;  ///< hexadecimal digits, empty when unknown
  std::vector<std::string> comments;
  std::vector<Holding> holdings;  ///< in the order of their first samples
  std::vector<Misuse> misuses;    ///< instead of holdings in a misuse profile
};

/// `gzip`: a profile.proto as leakhook writes it. Empty when all went well, else what is wrong, to
/// be put behind the file's name.
std::string read_profile(std::string_view gzip, ReadProfile* out);

}  // namespace leakhook::verdict
