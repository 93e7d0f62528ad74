// SPDX-License-Identifier: Apache-2.0
// How is a name shown that somebody may have made to deceive the reader?
#pragma once
#include <string>
#include <string_view>

namespace leakhook::report {

/// One line of valid UTF-8: control characters become '?', bytes that are no UTF-8 U+FFFD, and
/// characters that turn the direction of writing, end lines or show nothing stand as "<U+202E>".
std::string visible(std::string_view raw);

}  // namespace leakhook::report
