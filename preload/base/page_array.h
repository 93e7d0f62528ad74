// SPDX-License-Identifier: Apache-2.0
// An array in pages of its own, for code that may not use the heap.
//
// Address space is taken at once, memory as it is touched. Never allocates from the heap; not for
// the hot path. Freed with free() or by the end of the process.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "system.h"

namespace leakhook {

template <class T>
class PageArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// Room for so many. False: the system refused.
  bool reserve(std::size_t most) {
    items_ = static_cast<T*>(sys::map(nullptr, most * sizeof(T), PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE));
    capacity_ = items_ != nullptr ? most : 0;
    return items_ != nullptr;
  }
  void free() {
    if (items_ != nullptr) sys::unmap(items_, capacity_ * sizeof(T));
    *this = {};
  }
  /// False: full.
  bool push(const T& item) {
    if (size_ == capacity_) return false;
    items_[size_++] = item;
    return true;
  }
  void cut(std::size_t size) { size_ = size; }
  T* begin() { return items_; }
  T* end() { return items_ + size_; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }
  T& operator[](std::size_t index) { return items_[index]; }
  const T& operator[](std::size_t index) const { return items_[index]; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

 private:
  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace leakhook
