// SPDX-License-Identifier: Apache-2.0
// Would the loader put libleakhook.so into a program? Looks at its file alone.
#pragma once
#include <string>

namespace leakhook {

/// Why a program that is started from this file runs without the library, as far as the file tells;
/// a script is as its interpreter. Empty: nothing speaks against it.
std::string reason_not_loadable(const std::string& path);

/// The file that execvp would start, by PATH where the name has no slash. Empty: there is none.
std::string found_in_path(const std::string& name);

/// For a set-uid program or one with file capabilities.
inline constexpr char kIsSecure[] =
    "a set-uid program or one with file capabilities: the loader ignores LD_PRELOAD there";

}  // namespace leakhook
