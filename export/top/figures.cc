// SPDX-License-Identifier: Apache-2.0
// How does a number stand in a narrow column, and a text in what is left?
#include "figures.h"

#include <cmath>
#include <cstdio>
#include <iterator>

namespace leakhook::top {
namespace {

/// Three digits and a unit, or all digits while there are few.
std::string scaled(double value, double most_whole, double step, const char* units) {
  char text[32];
  if (std::abs(value) < most_whole) {
    std::snprintf(text, sizeof text, "%.0f", value);
    return text;
  }
  std::size_t unit = 0;
  for (value /= step; std::abs(value) >= 999.5 && units[unit + 1] != 0; ++unit) value /= step;
  std::snprintf(text, sizeof text, std::abs(value) < 99.95 ? "%.1f%c" : "%.0f%c", value,
                units[unit]);
  return text;
}

std::string with_sign(std::int64_t number, std::string figure) {
  if (number == 0) return "";
  return number > 0 ? "+" + figure : figure;
}

bool is_start_of_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

int characters_in(std::string_view text) {
  int count = 0;
  for (const char byte : text) count += is_start_of_character(byte);
  return count;
}

std::string blanks(int count) {
  return std::string(static_cast<std::size_t>(count > 0 ? count : 0), ' ');
}

}  // namespace

std::string count_figure(std::int64_t count) {
  return scaled(static_cast<double>(count), 99'999.5, 1000, "kMGTPE");
}

std::string bytes_figure(std::int64_t bytes) {
  return scaled(static_cast<double>(bytes), 9'999.5, 1024, "KMGTPE");
}

std::string count_growth(std::int64_t count) { return with_sign(count, count_figure(count)); }
std::string bytes_growth(std::int64_t bytes) { return with_sign(bytes, bytes_figure(bytes)); }

std::string rate_figure(double per_minute) {
  if (per_minute == 0) return "";
  char text[32];
  if (std::abs(per_minute) < 99.95) {
    std::snprintf(text, sizeof text, "%+.1f", per_minute);
    return text;
  }
  return count_growth(std::llround(per_minute));
}

std::string fitted(std::string_view text, int columns) {
  int used = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_start_of_character(text[at])) continue;
    if (used++ == columns) return std::string(text.substr(0, at));
  }
  return std::string(text) + blanks(columns - used);
}

std::string right_aligned(std::string_view text, int columns) {
  return blanks(columns - characters_in(text)) + std::string(text);
}

}  // namespace leakhook::top
