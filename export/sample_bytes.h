// SPDX-License-Identifier: Apache-2.0
// What does a sample look like in a profile? Bytes of profile.proto's Sample and Label. A heap
// profile may hold a million of them: message objects for each took ten times as long.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace leakhook {

/// Numbers of a profile's string table.
struct TextLabel {
  std::int64_t key;
  std::int64_t text;
};
struct NumberLabel {
  std::int64_t key;
  std::int64_t number;
  std::int64_t unit;
};

/// Samples of a Profile message, one behind the other. Protobuf's fields may come in any order and
/// in pieces, so these bytes and the serialized rest of the profile are one message.
class SampleBytes {
 public:
  /// `locations` as packed(). Labels follow by add().
  void begin(const std::string& locations, std::span<const std::int64_t> values);
  void add(const TextLabel& label);
  void add(const NumberLabel& label);
  void end();

  std::string take() { return std::move(samples_); }

 private:
  std::string sample_;
  std::string samples_;
};

/// A packed repeated field without its tag and size.
std::string packed(std::span<const std::uint64_t> numbers);

}  // namespace leakhook
