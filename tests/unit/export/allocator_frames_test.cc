// SPDX-License-Identifier: Apache-2.0
// Allocators are recognised; functions that allocate for a purpose are not.
#include "../../../export/allocator_frames.h"

#include <gtest/gtest.h>

namespace leakhook {
namespace {

TEST(AllocatorFrames, Allocators) {
  for (const char* name :
       {"operator new(unsigned long)",
        "operator new[](unsigned long, std::align_val_t)",
        "operator new",
        "malloc",
        "calloc",
        "__libc_malloc",
        "je_malloc",
        "je_mallocx",
        "mi_new",
        "std::allocator<int>::allocate(unsigned long)",
        "std::__new_allocator<std::pair<int, char> >::allocate(unsigned long, void const*)",
        "__gnu_cxx::new_allocator<char>::allocate(unsigned long, void const*)",
        "std::allocator_traits<std::allocator<int> >::allocate(std::allocator<int>&, unsigned "
        "long)",
        "void* std::__1::__libcpp_operator_new<unsigned long>(unsigned long)",
        "__rust_alloc",
        "__rust_alloc_zeroed",
        "__rdl_alloc",
        "__rg_realloc",
        "__rustc::__rust_alloc",
        "alloc::alloc::alloc",
        "alloc::alloc::exchange_malloc",
        "alloc::alloc::Global::alloc_impl",
        "<alloc::alloc::Global>::alloc_impl_runtime",
        "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
        "std::sys::alloc::unix::<impl core::alloc::global::GlobalAlloc for "
        "std::alloc::System>::alloc"})
    EXPECT_TRUE(is_allocator_function(name)) << name;
}

TEST(AllocatorFrames, Others) {
  for (const char* name :
       {"main", "strdup", "zmalloc", "xmalloc", "malloc_usable", "operator newer()", "alloc", "new",
        "operator+(int)", "std::vector<int>::push_back(int&&)", "my::allocator<int>::allocate(int)",
        "std::allocator<int>::deallocate(int*, unsigned long)",
        "alloc::vec::Vec<u8>::with_capacity", "je_stats", "g_malloc"})
    EXPECT_FALSE(is_allocator_function(name)) << name;
}

TEST(AllocatorFrames, Libraries) {
  EXPECT_TRUE(is_allocator_module("libjemalloc.so.2"));
  EXPECT_TRUE(is_allocator_module("libtcmalloc_minimal.so.4"));
  EXPECT_FALSE(is_allocator_module("libc.so.6"));
  EXPECT_FALSE(is_allocator_module("myjemalloc"));
}

}  // namespace
}  // namespace leakhook
