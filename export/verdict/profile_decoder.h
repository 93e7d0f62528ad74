// SPDX-License-Identifier: Apache-2.0
// What do the tables of a profile say, and what each of its samples? Indices and ids become texts
// and frames here, or an error.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "../profile_words.h"
#include "holding.h"

namespace perftools::profiles {
class Location;
class Sample;
}  // namespace perftools::profiles

namespace leakhook {
struct ProfileField;
}

namespace leakhook::verdict {

/// A sample whose numbers were checked: none is negative, each frame exists, and values are so small
/// that the sums of a thousand profiles are numbers, too.
struct DecodedSample {
  std::int64_t count = 0;
  std::int64_t bytes = 0;
  std::vector<std::int64_t> values;   ///< all of them, see ProfileDecoder::index_of()
  std::vector<std::uint32_t> frames;  ///< for ProfileDecoder::stack(), innermost first
  /// By LabelKey. Texts are numbers for ProfileDecoder::text(), 0: no such label; numbers −1.
  std::array<std::int64_t, static_cast<std::size_t>(LabelKey::count)> labels;

  std::int64_t label(LabelKey key) const { return labels[static_cast<std::size_t>(key)]; }
};

class ProfileDecoder {
 public:
  ProfileDecoder();

  /// `bytes`: serialized, not compressed; must outlive the decoder. Empty or what is wrong.
  std::string read_tables(std::string_view bytes);
  /// What is held now, or was misused, sample by sample. Requires: the tables were read. Empty or
  /// what is wrong; `visit` may say that, too.
  std::string read_samples(const std::function<std::string(const DecodedSample&)>& visit);

  Profile profile() const { return profile_; }
  /// The place of a type among the values of a sample; their number when it is not there.
  std::size_t index_of(std::string_view type) const;
  std::int64_t time_ns() const { return time_ns_; }
  std::vector<std::string> comments();
  std::string main_module();
  std::string main_build_id();
  /// Copies for holdings. They take of a budget of memory, which ends the reading when it is spent.
  std::string text(std::int64_t number);
  Stack stack(const std::vector<std::uint32_t>& frames);
  /// Empty or what is wrong so far.
  const std::string& error() const { return error_; }

 private:
  struct Line {
    std::uint64_t function;
    std::int64_t line;
  };
  struct Function {
    std::int64_t name, system_name, file;
  };
  struct Location {
    std::uint64_t mapping;
    std::uint64_t address;
    std::size_t first_line, lines;
    std::vector<std::uint32_t> frames;  ///< filled when a sample asks
  };

  bool take(const ProfileField& field);
  bool take_location(const perftools::profiles::Location& location);
  bool find_values();
  bool decode(const perftools::profiles::Sample& sample, DecodedSample* out);
  bool decode_labels(const perftools::profiles::Sample& sample, DecodedSample* out);
  const std::vector<std::uint32_t>& frames_of(Location* location);
  std::uint32_t number_of(const Location& location, const Line* line);
  bool is_text(std::int64_t number) const;
  bool fail(const std::string& what);
  bool spend(std::uint64_t bytes);
  std::int64_t credible(std::size_t type, std::int64_t value);

  std::string_view bytes_;
  std::string error_;
  std::uint64_t entries_left_;
  std::uint64_t memory_left_;

  std::vector<std::string_view> texts_;
  std::vector<std::int64_t> types_;
  std::vector<std::int64_t> held_;  ///< by type: the sum so far
  std::vector<std::int64_t> mappings_;  ///< file names
  std::int64_t main_build_id_ = 0;
  std::vector<Location> locations_;
  std::vector<Line> lines_;
  std::vector<Function> functions_;
  std::vector<std::uint64_t> comments_;
  std::int64_t time_ns_ = 0;

  Profile profile_ = Profile::count;
  std::size_t count_index_ = 0;
  std::size_t bytes_index_ = 0;  ///< as count_index_ where things have no size
  std::map<std::string_view, LabelKey> keys_;
  std::vector<Frame> frames_;
  /// Index into frames_ by address (only where no line is known), name, system name, file, line
  /// and module.
  using FrameKey = std::array<std::int64_t, 6>;
  std::map<FrameKey, std::uint32_t> numbers_;
};

}  // namespace leakhook::verdict
