// SPDX-License-Identifier: Apache-2.0
// How does a file appear whole or not at all, where others may have put links?
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>

namespace leakhook {

/// A new file beside `path` with these bytes: nothing that is there is opened or followed. Its name;
/// empty: see errno.
std::string write_beside(const std::string& path, std::string_view bytes, mode_t mode);

/// The same, then in the place of whatever is called `path`. False: see errno.
bool replace_file(const std::string& path, std::string_view bytes, mode_t mode);

}  // namespace leakhook
