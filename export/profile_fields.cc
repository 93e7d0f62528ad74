// SPDX-License-Identifier: Apache-2.0
// What does the outermost message of a serialized profile consist of?
#include "profile_fields.h"

#include <google/protobuf/io/coded_stream.h>

#include <climits>

namespace leakhook {
namespace {

constexpr std::uint32_t kNumber = 0, kBytes = 2;  ///< wire types; profiles have no others

using google::protobuf::io::CodedInputStream;

CodedInputStream stream_of(std::string_view bytes) {
  return CodedInputStream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size()));
}

}  // namespace

bool for_each_field(std::string_view profile,
                    const std::function<bool(const ProfileField&)>& visit) {
  if (profile.size() > INT_MAX) return false;
  CodedInputStream input = stream_of(profile);
  while (const std::uint32_t tag = input.ReadTag()) {
    ProfileField field;
    field.number = static_cast<int>(tag >> 3);
    field.is_bytes = tag % 8 == kBytes;
    if (field.number == 0 || (tag % 8 != kNumber && !field.is_bytes)) return false;
    if (!input.ReadVarint64(&field.value)) return false;
    if (field.is_bytes) {
      const auto at = static_cast<std::size_t>(input.CurrentPosition());
      if (field.value > profile.size() - at) return false;
      field.bytes = profile.substr(at, field.value);
      if (!input.Skip(static_cast<int>(field.value))) return false;
    }
    if (!visit(field)) return false;
  }
  return input.ConsumedEntireMessage();
}

bool for_each_number(const ProfileField& field, const std::function<void(std::uint64_t)>& visit) {
  if (!field.is_bytes) {
    visit(field.value);
    return true;
  }
  CodedInputStream input = stream_of(field.bytes);
  const auto size = static_cast<int>(field.bytes.size());
  for (std::uint64_t number = 0; input.CurrentPosition() < size; visit(number))
    if (!input.ReadVarint64(&number)) return false;
  return true;
}

}  // namespace leakhook
