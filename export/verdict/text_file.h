// SPDX-License-Identifier: Apache-2.0
// What stands in a small text file, line by line?
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leakhook::verdict {

/// Empty, or one line for people. Files above 64 MiB are refused.
std::string read_text_file(const std::string& path, std::string* text);

/// Writes beside the file and renames, so that readers see the old one or the new one. Empty, or
/// one line for people.
std::string write_text_file(const std::string& path, const std::string& text);

struct TextLine {
  int number;  ///< from 1
  std::string_view text;
};

/// Lines that say something, without the blanks around them: no empty ones, none that start with
/// '#'.
std::vector<TextLine> lines_of(std::string_view text, std::string_view blanks = " \t\r");

}  // namespace leakhook::verdict
