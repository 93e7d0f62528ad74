// SPDX-License-Identifier: Apache-2.0
// What would its author call this function? C++ and Rust names without their linker clothes.
#pragma once
#include <string>

namespace leakhook {

/// The name for people; the same text when it is not mangled. Always presentable.
std::string demangled(const std::string& system_name);

}  // namespace leakhook
