// SPDX-License-Identifier: Apache-2.0
// How do bytes become gzip, and back?
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace leakhook {

/// gzip, as profile readers expect it.
std::string compressed(std::string_view bytes);

/// No profile of ours is larger; nobody's memory is spent on more.
inline constexpr std::size_t kMostProfileBytes = std::size_t{256} << 20;

/// What was compressed; nothing when `gzip` is no whole gzip file, or holds more than `most` bytes.
std::optional<std::string> decompressed(std::string_view gzip,
                                        std::size_t most = kMostProfileBytes);

}  // namespace leakhook
