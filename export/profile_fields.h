// SPDX-License-Identifier: Apache-2.0
// What does the outermost message of a serialized profile consist of? For those who do not want all
// of it as objects: samples are nearly all of a profile, and a hostile one could ask for any amount
// of memory.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

namespace leakhook {

/// One field as it stands there: a number, or the bytes of a text, a message or packed numbers.
struct ProfileField {
  int number = 0;  ///< as in profile.proto
  bool is_bytes = false;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// False: these bytes are no profile, or `visit` said no.
bool for_each_field(std::string_view profile,
                    const std::function<bool(const ProfileField&)>& visit);

/// The numbers of a repeated field, one alone or packed. False: they are damaged.
bool for_each_number(const ProfileField& field, const std::function<void(std::uint64_t)>& visit);

}  // namespace leakhook
