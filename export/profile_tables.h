// SPDX-License-Identifier: Apache-2.0
// The tables behind the samples of a profile: texts, functions, locations and mappings, each entry
// once, numbered 1..n in the order in which the samples need them.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "profile.pb.h"
#include "stack_book.h"

namespace leakhook {

class ProfileTables {
 public:
  /// Requires: both outlive the tables.
  ProfileTables(const StackBook& book, perftools::profiles::Profile* profile);

  std::int64_t text(const std::string& text);
  std::uint64_t location(const ShownFrame& frame);

  /// Sets the has_… flags of mappings. Call when all locations are there.
  void finish();

 private:
  struct Seen {
    bool functions = true, filenames = true, line_numbers = true, inline_frames = true;
  };

  std::uint64_t mapping(std::size_t module, std::uint64_t address);
  std::uint64_t add_mapping(std::size_t module, const CodeRange& range);
  std::uint64_t function(const CodeLine& line);
  void note(std::uint64_t mapping, const CodePlace& place, std::size_t skip);

  const StackBook& book_;
  perftools::profiles::Profile& profile_;
  std::unordered_map<std::string, std::int64_t> texts_;
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>, std::uint64_t>
      functions_;
  std::unordered_map<std::uint64_t, std::uint64_t> locations_;
  /// By module, start and limit.
  std::map<std::tuple<std::size_t, std::uint64_t, std::uint64_t>, std::uint64_t> mappings_;
  std::vector<Seen> seen_;
};

}  // namespace leakhook
