// SPDX-License-Identifier: Apache-2.0
// How does a report get into the file that the user named?
#pragma once
#include <string>

namespace leakhook {

/// As by `>` of a shell: /dev/stdout and pipes are good names, and the umask says who may read it.
/// False: said on stderr why not.
bool write_named_file(const std::string& path, const std::string& text);

}  // namespace leakhook
