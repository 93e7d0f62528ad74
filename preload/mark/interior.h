// SPDX-License-Identifier: Apache-2.0
// Is a pointer into the middle of a block as good as one to its start? Where C++ programs keep such
// pointers alone, and the block looks like it: the same heuristics, by the same names, as
// valgrind's.
//
// newarray             behind a count that divides the rest evenly: new T[n] of a T with destructor
// length64             behind the number of the bytes that follow (sqlite); newarray takes it as
// well stdstring            behind length, capacity and count of users: strings before C++11
// multipleinheritance  to a second table of virtual functions in an object that begins with one
// and one that valgrind does not have, but LeakSanitizer has: new T[0], where the pointer to the
// elements is one past the end of a block that holds nothing but the count of zero.
#pragma once
#include <cstdint>

#include "ranges.h"

namespace leakhook::mark {

/// A word of memory that the program's threads are not changing.
__attribute__((no_sanitize("address"), no_sanitize("thread"))) inline std::uint64_t word_at(
    std::uint64_t address) {
  return *reinterpret_cast<const std::uint64_t*>(address);
}

class Interior {
 public:
  bool know_module(Range range, bool is_code) {
    return mapped_.add(range) && (!is_code || code_.add(range));
  }

  /// Requires: block < pointer < block + size, and all of the block can be read.
  bool is_as_good_as_start(std::uint64_t pointer, std::uint64_t block, std::uint64_t size) const;

  /// Whether a pointer one past the end is that of new T[0]. Requires: the block can be read.
  static bool is_empty_array(std::uint64_t block, std::uint64_t size) {
    return size == 8 && word_at(block) == 0;
  }

 private:
  bool is_vtable(std::uint64_t address) const;

  Ranges mapped_;
  Ranges code_;
};

}  // namespace leakhook::mark
