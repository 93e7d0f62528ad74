// SPDX-License-Identifier: Apache-2.0
// What would its author call this function? C++ and Rust names without their linker clothes.
#pragma once
#include <string>

namespace leakhook {

/// The name for people; the same text when it is not mangled. Always presentable.
std::string demangled(const std::string& system_name);

/// Compilers name the parts of a split or specialised function with endings (".part.0", ".cold");
/// the author knows one function.
std::string without_clone_suffix(const std::string& name);

/// By its linker name.
bool is_rust_name(const std::string& system_name);

}  // namespace leakhook
