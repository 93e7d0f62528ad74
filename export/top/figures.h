// SPDX-License-Identifier: Apache-2.0
// How does a number stand in a narrow column, and a text in what is left?
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace leakhook::top {

/// At most six characters with its sign: "12345", "123k", "4.5M"; thousands.
std::string count_figure(std::int64_t count);
/// "9999", "12.3K", "4.5M"; 1024s.
std::string bytes_figure(std::int64_t bytes);
/// With its sign; empty for 0.
std::string count_growth(std::int64_t count);
std::string bytes_growth(std::int64_t bytes);
/// "+0.3", "+12", "-4.5k"; empty for 0.
std::string rate_figure(double per_minute);

/// The first `columns` characters of UTF-8, with blanks behind where there are fewer.
std::string fitted(std::string_view text, int columns);
/// Blanks before a text that is shorter.
std::string right_aligned(std::string_view text, int columns);

}  // namespace leakhook::top
