// SPDX-License-Identifier: Apache-2.0
// Which misuses do the samples of a misuse profile tell of? Those of one case are put together.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "profile_decoder.h"

namespace leakhook::verdict {

class MisuseReader {
 public:
  /// Requires: the decoder outlives the reader, and its tables were read.
  explicit MisuseReader(ProfileDecoder& decoder);

  /// Empty or what is wrong.
  std::string add(const DecodedSample& sample);
  /// In the order of their first samples, without cases that happened nowhere.
  std::vector<Misuse> take();

 private:
  Misuse* misuse_of(const DecodedSample& sample, std::string* error);

  ProfileDecoder& decoder_;
  std::size_t closed_index_;
  std::size_t opened_index_;
  std::map<std::int64_t, std::size_t> index_;  ///< by case
  std::vector<Misuse> misuses_;
};

/// The kind with this label.
std::optional<Kind> kind_of_label(const std::string& label);

}  // namespace leakhook::verdict
