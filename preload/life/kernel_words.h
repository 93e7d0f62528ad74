// SPDX-License-Identifier: Apache-2.0
// Which words did the program leave with the kernel, to get them back? They may be the only
// pointers to a block: epoll_event.data, sigev_value of timers.
//
// Keeper and copy each look once, before and after the moment of the picture: what stood there at
// that moment was there before or is there still.
#pragma once
#include <sys/types.h>

#include <cstdint>

#include "../base/room.h"
#include "memory_map.h"

namespace leakhook::life {

class KernelWords {
 public:
  /// Adds what the kernel shows now. Words for which there is no room, and lists that it does not
  /// show, are left out.
  void collect(pid_t service);

  const std::uint64_t* begin() const { return words_.begin(); }
  const std::uint64_t* end() const { return words_.end(); }
  Range own_pages() const { return pages_of(words_); }

 private:
  bool take_numbers(const char* path, const char* name, char before);
  PageArray<std::uint64_t> words_;
};

}  // namespace leakhook::life
