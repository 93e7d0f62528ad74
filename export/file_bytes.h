// SPDX-License-Identifier: Apache-2.0
// What stands in a file that somebody else wrote?
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "gzip.h"

namespace leakhook {

/// All bytes from where `fd` stands; nothing, with errno, when they cannot be read or are more than
/// `most` (EFBIG).
std::optional<std::string> file_bytes(int fd, std::size_t most = kMostProfileBytes);

}  // namespace leakhook
