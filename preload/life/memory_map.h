// SPDX-License-Identifier: Apache-2.0
// What is mapped in this process? /proc/self/maps as numbers.
//
// For the forked copy and the keeper: raw system calls, no heap.
#pragma once
#include <cstdint>

#include "../base/range.h"
#include "../base/room.h"

namespace leakhook::life {

/// Where an array lies, used or not.
template <class T>
Range pages_of(const PageArray<T>& array) {
  const auto start = reinterpret_cast<std::uint64_t>(array.begin());
  return {start, start + array.capacity() * sizeof(T)};
}

/// What stands behind a mapping, as far as roots are concerned.
enum class Behind : std::uint8_t {
  nothing,     ///< anonymous
  file,        ///< a regular file
  memory,      ///< shared memory, memfds, rings of the kernel: there for words alone
  device,      ///< reading may have effects
  heap,        ///< the kernel's [heap]
  main_stack,  ///< [stack]
  kernel,      ///< [vdso], [vvar] and the like
};

struct Mapping {
  Range range;
  std::uint64_t offset;
  std::uint64_t inode;
  std::uint64_t device;  ///< major << 32 | minor
  Behind behind;
  bool is_readable, is_writable, is_executable, is_shared;
};

class MemoryMap {
 public:
  /// Of the calling process. False: no memory, or not readable, or more mappings than there is
  /// room.
  bool read();
  const Mapping* begin() const { return mappings_.begin(); }
  const Mapping* end() const { return mappings_.end(); }
  /// The mapping that holds this address; null: none.
  const Mapping* find(std::uint64_t address) const;
  /// Where its own memory lies.
  Range own_pages() const { return pages_of(mappings_); }

 private:
  PageArray<Mapping> mappings_;
};

/// One line of /proc/self/maps, without its end. False: it is none.
bool parse_mapping(const char* line, Mapping* out);

}  // namespace leakhook::life
