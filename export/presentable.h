// SPDX-License-Identifier: Apache-2.0
// May this text be shown? Names come from files and processes that promise nothing about them.
#pragma once
#include <string>
#include <string_view>

namespace leakhook {

/// Valid UTF-8 without control characters: those become '?', bytes that are no UTF-8 U+FFFD.
std::string presentable(std::string_view raw);

}  // namespace leakhook
