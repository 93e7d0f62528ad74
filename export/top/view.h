// SPDX-License-Identifier: Apache-2.0
// What did the user choose to see?
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "../verdict/stack_sums.h"

namespace leakhook::top {

enum class Order : std::uint8_t {
  growth,  ///< count, since the first dump
  bytes,   ///< bytes, since the first dump
  recent,  ///< count, since the last dump
  size,    ///< bytes held
  count,   ///< count held
};
inline constexpr std::size_t kOrders = 5;
const char* text_of(Order order);
std::optional<Order> order_of(std::string_view text);

/// What the user chose.
struct View {
  Order order = Order::growth;
  Kind kind = Kind::none;  ///< none: all
  bool is_paused = false;
  bool shows_help = false;
  bool shows_stack = false;                  ///< all frames of the selected stack
  std::optional<verdict::StackKey> selected;  ///< nothing: the first
  int scrolled = 0;                          ///< rows of the list above the first shown
  int frame = 0;                             ///< first frame shown
};

}  // namespace leakhook::top
