// SPDX-License-Identifier: Apache-2.0
// How does a path stand in a URI?
#pragma once
#include <string>
#include <string_view>

namespace leakhook::report {

/// Every byte that RFC 3986 does not let stand in a path as "%XX".
std::string uri_of_path(std::string_view path);

}  // namespace leakhook::report
