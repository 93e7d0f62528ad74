// SPDX-License-Identifier: Apache-2.0
// What was loaded where?
#pragma once
#include <cstdint>
#include <string>

namespace leakhook {

/// A loaded object as the service saw it.
struct Module {
  std::string path;
  std::string build_id;  ///< raw bytes
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t load_bias = 0;
};

}  // namespace leakhook
