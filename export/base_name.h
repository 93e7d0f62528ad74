// SPDX-License-Identifier: Apache-2.0
// What is a file called without its folder?
#pragma once
#include <string_view>

namespace leakhook {

/// What stands behind the last slash; all of it when there is none. Lives as long as `path`.
inline std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace leakhook
