// SPDX-License-Identifier: Apache-2.0
// What are the names of these places? All places of a dump at once, each module opened once.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "debug_files.h"
#include "module.h"

namespace leakhook {

/// One function of a place, as a profile shows it.
struct CodeLine {
  std::string name;
  std::string system_name;
  std::string file;
  std::int64_t line = 0;
  std::int64_t start_line = 0;
};

struct CodePlace {
  std::size_t module = 0;       ///< 0: none
  std::uint64_t address = 0;    ///< at run time, inside the call instruction
  std::vector<CodeLine> lines;  ///< never empty: innermost inlined function first
  bool has_function = false;    ///< else the name is made from module and offset
  bool knows_inlines = false;
};

/// The executable part of a module, at run-time addresses.
struct CodeRange {
  std::uint64_t start;
  std::uint64_t limit;
  std::uint64_t file_offset;
};

class Symbolizer {
 public:
  Symbolizer(const std::vector<Module>& modules, DebugFiles files)
      : modules_(modules), files_(std::move(files)), ranges_(modules.size()) {}

  /// Fills `lines` of every place. Requires: module and address are set, each pair once.
  void name_all(std::span<CodePlace> places);

  /// Never empty for a module that name_all() met.
  const std::vector<CodeRange>& ranges(std::size_t module) const { return ranges_[module]; }

 private:
  void name_module(std::size_t module, std::span<CodePlace*> places);

  const std::vector<Module>& modules_;
  DebugFiles files_;
  std::vector<std::vector<CodeRange>> ranges_;
};

/// The library that writes the segment: its frames and its file interest nobody.
bool is_own_module(const Module& module);

/// What a file is called in reports: its last part, "[vdso]" for code without a file.
std::string short_name(const Module& module);

}  // namespace leakhook
