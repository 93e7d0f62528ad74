// SPDX-License-Identifier: Apache-2.0
// Where do tables lie that may not use the heap? In anonymous memory of their own, which may be
// refused.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "pages.h"

namespace leakhook {

/// An array of zeros at first. Only what is touched costs memory.
template <class T>
class Room {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  Room() = default;
  Room(const Room&) = delete;
  ~Room() { give_back(); }

  /// A new array instead of the old one. False: no memory, and no array.
  bool take(std::uint64_t count) {
    give_back();
    if (count == 0) count = 1;
    if (count > kMostBytes / sizeof(T)) return false;
    items_ = static_cast<T*>(sys::map(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE));
    if (items_ != nullptr) count_ = count;
    return items_ != nullptr;
  }

  /// For tables of which nearly all is used: fewer, larger pages where the system has some.
  void expect_all_used() {
    if (count_ * sizeof(T) >= kHugePage)
      sys::advise(items_, count_ * sizeof(T), MADV_HUGEPAGE);
  }

  void give_back() {
    if (items_ != nullptr) sys::unmap(items_, count_ * sizeof(T));
    items_ = nullptr;
    count_ = 0;
  }

  void swap(Room& other) {
    T* const items = items_;
    const std::uint64_t count = count_;
    items_ = other.items_;
    count_ = other.count_;
    other.items_ = items;
    other.count_ = count;
  }

  T& operator[](std::uint64_t i) { return items_[i]; }
  const T& operator[](std::uint64_t i) const { return items_[i]; }
  T* begin() { return items_; }
  const T* begin() const { return items_; }
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 46;
  static constexpr std::uint64_t kHugePage = std::uint64_t{1} << 21;
  T* items_ = nullptr;
  std::uint64_t count_ = 0;
};

/// An array that fills up. Address space is taken at once, memory as it is touched.
template <class T>
class PageArray {
 public:
  /// Empty, with room for so many. False: the system refused.
  bool reserve(std::size_t most) {
    size_ = 0;
    return room_.take(most);
  }
  void free() {
    room_.give_back();
    size_ = 0;
  }
  /// False: full.
  bool push(const T& item) {
    if (size_ == room_.count()) return false;
    room_[size_++] = item;
    return true;
  }
  /// Only the first `size` stay.
  void cut(std::size_t size) { size_ = size; }

  T* begin() { return room_.begin(); }
  T* end() { return room_.begin() + size_; }
  const T* begin() const { return room_.begin(); }
  const T* end() const { return room_.begin() + size_; }
  T& operator[](std::size_t index) { return room_[index]; }
  const T& operator[](std::size_t index) const { return room_[index]; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return room_.count(); }

 private:
  Room<T> room_;
  std::size_t size_ = 0;
};

}  // namespace leakhook
