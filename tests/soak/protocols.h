// SPDX-License-Identifier: Apache-2.0
// How are these services spoken to? The bytes of a request, and where its answer ends.
#pragma once
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>

using Random = std::minstd_rand;

struct Answer {
  std::size_t size = 0;  ///< 0: not whole yet
  bool is_good = true;
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  /// What a connection begins with; its answer is awaited as that of a request. Empty: nothing.
  virtual std::string hello(int connection) const;
  virtual std::string request(Random* random) const = 0;
  virtual std::string goodbye() const;
  virtual Answer answer(std::string_view received) const = 0;
};

/// Null: no such protocol.
std::unique_ptr<Protocol> protocol_of(std::string_view name);
