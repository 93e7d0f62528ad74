// SPDX-License-Identifier: Apache-2.0
// Does this function only hand memory on? Such frames stand at the inner end of every heap stack
// and say nothing about who wanted the memory.
#pragma once
#include <string_view>

namespace leakhook {

/// By demangled name: operator new, std::allocator<…>::allocate, Rust's __rust_alloc, je_malloc …
/// Functions that allocate for a purpose of their own (strdup, getline) are none.
bool is_allocator_function(std::string_view name);

/// By file name: jemalloc, tcmalloc, mimalloc and their kin.
bool is_allocator_module(std::string_view file_name);

}  // namespace leakhook
