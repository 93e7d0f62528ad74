// SPDX-License-Identifier: Apache-2.0
// Does this function only hand memory on?
#include "allocator_frames.h"

#include <algorithm>
#include <iterator>

namespace leakhook {
namespace {

bool starts_with_any(std::string_view name, const std::string_view* begin,
                     const std::string_view* end) {
  return std::any_of(begin, end, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// The whole names, with any prefix that an allocator gives its own copies.
bool is_of_malloc_family(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {"__libc_", "je_",     "tc_",    "mi_",
                                                   "sn_",     "__rust_", "__rdl_", "__rg_"};
  static constexpr std::string_view kNames[] = {
      "malloc",         "calloc",       "realloc", "reallocarray", "memalign", "aligned_alloc",
      "posix_memalign", "valloc",       "pvalloc", "mallocx",      "rallocx",  "xallocx",
      "alloc",          "alloc_zeroed", "new",     "newarray",     "zalloc"};
  bool has_prefix = false;
  // Rust 1.89 and later keep these in a crate of their own.
  if (name.starts_with("__rustc::")) name.remove_prefix(9);
  for (const std::string_view prefix : kPrefixes) {
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(prefix.size());
    has_prefix = true;
    break;
  }
  // "alloc", "new" and "zalloc" alone are names that anybody may give a function.
  const auto* found = std::find(std::begin(kNames), std::end(kNames), name);
  return found != std::end(kNames) && (has_prefix || found - std::begin(kNames) < 9);
}

bool is_operator_new(std::string_view name) {
  constexpr std::string_view kNew = "operator new";
  if (!name.starts_with(kNew)) return false;
  name.remove_prefix(kNew.size());
  return name.empty() || name[0] == '(' || name[0] == '[';
}

/// Members of the standard allocators that pass memory on.
bool is_std_allocator(std::string_view name) {
  static constexpr std::string_view kClasses[] = {"std::allocator<",
                                                  "std::allocator_traits<",
                                                  "std::__new_allocator<",
                                                  "__gnu_cxx::new_allocator<",
                                                  "__gnu_cxx::__alloc_traits<",
                                                  "std::__1::allocator<",
                                                  "std::__1::allocator_traits<"};
  static constexpr std::string_view kMembers[] = {">::allocate(", ">::_S_allocate(",
                                                  ">::allocate_at_least("};
  static constexpr std::string_view kFree[] = {
      "std::__1::__libcpp_allocate", "std::__1::__libcpp_operator_new", "std::__allocate_guarded"};
  if (starts_with_any(name, std::begin(kFree), std::end(kFree))) return true;
  // Templates start with their result type: "auto std::…" and "void* std::…".
  for (const std::string_view result : {"void* ", "auto "})
    if (name.starts_with(result)) name.remove_prefix(result.size());
  if (starts_with_any(name, std::begin(kFree), std::end(kFree))) return true;
  if (!starts_with_any(name, std::begin(kClasses), std::end(kClasses))) return false;
  return std::any_of(std::begin(kMembers), std::end(kMembers), [&](std::string_view member) {
    return name.find(member) != std::string_view::npos;
  });
}

bool is_rust_allocator(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {
      "alloc::alloc::",       "<alloc::alloc::Global>::", "<alloc::alloc::Global as ",
      "std::alloc::System::", "<std::alloc::System as ",  "std::sys::alloc::"};
  return starts_with_any(name, std::begin(kPrefixes), std::end(kPrefixes)) ||
         name.find("GlobalAlloc for std::alloc::System>") != std::string_view::npos;
}

}  // namespace

bool is_allocator_function(std::string_view name) {
  return is_operator_new(name) || is_of_malloc_family(name) || is_std_allocator(name) ||
         is_rust_allocator(name);
}

bool is_allocator_module(std::string_view file_name) {
  static constexpr std::string_view kFiles[] = {"libjemalloc", "libtcmalloc",        "libmimalloc",
                                                "libsnmalloc", "libhardened_malloc", "libscudo",
                                                "librpmalloc"};
  return starts_with_any(file_name, std::begin(kFiles), std::end(kFiles));
}

}  // namespace leakhook
