// SPDX-License-Identifier: Apache-2.0
// What does a sample look like in a profile?
#include "sample_bytes.h"

#include "profile.pb.h"

namespace leakhook {
namespace {

using perftools::profiles::Label;
using perftools::profiles::Sample;

constexpr std::uint32_t kNumber = 0;  ///< wire types
constexpr std::uint32_t kSized = 2;

void put_number(std::uint64_t number, std::string* out) {
  for (; number >= 0x80; number >>= 7) out->push_back(static_cast<char>(number | 0x80));
  out->push_back(static_cast<char>(number));
}

void put_tag(int field, std::uint32_t wire_type, std::string* out) {
  put_number(static_cast<std::uint32_t>(field) << 3 | wire_type, out);
}

/// 0 is what a reader finds where nothing stands.
void put_field(int field, std::int64_t number, std::string* out) {
  if (number == 0) return;
  put_tag(field, kNumber, out);
  put_number(static_cast<std::uint64_t>(number), out);
}

void put_sized(int field, std::string_view bytes, std::string* out) {
  put_tag(field, kSized, out);
  put_number(bytes.size(), out);
  out->append(bytes);
}

std::size_t size_of(std::uint64_t number) {
  std::size_t size = 1;
  for (; number >= 0x80; number >>= 7) ++size;
  return size;
}

}  // namespace

void SampleBytes::begin(const std::string& locations, std::span<const std::int64_t> values) {
  sample_.clear();
  put_sized(Sample::kLocationIdFieldNumber, locations, &sample_);
  std::size_t size = 0;
  for (const std::int64_t value : values) size += size_of(static_cast<std::uint64_t>(value));
  put_tag(Sample::kValueFieldNumber, kSized, &sample_);
  put_number(size, &sample_);
  for (const std::int64_t value : values) put_number(static_cast<std::uint64_t>(value), &sample_);
}

void SampleBytes::add(const TextLabel& label) {
  std::string bytes;  // a label is shorter than what a string keeps in itself
  put_field(Label::kKeyFieldNumber, label.key, &bytes);
  put_field(Label::kStrFieldNumber, label.text, &bytes);
  put_sized(Sample::kLabelFieldNumber, bytes, &sample_);
}

void SampleBytes::add(const NumberLabel& label) {
  std::string bytes;
  put_field(Label::kKeyFieldNumber, label.key, &bytes);
  put_field(Label::kNumFieldNumber, label.number, &bytes);
  put_field(Label::kNumUnitFieldNumber, label.unit, &bytes);
  put_sized(Sample::kLabelFieldNumber, bytes, &sample_);
}

void SampleBytes::end() {
  put_sized(perftools::profiles::Profile::kSampleFieldNumber, sample_, &samples_);
}

std::string packed(std::span<const std::uint64_t> numbers) {
  std::string bytes;
  for (const std::uint64_t number : numbers) put_number(number, &bytes);
  return bytes;
}

}  // namespace leakhook
