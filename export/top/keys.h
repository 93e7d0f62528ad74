// SPDX-License-Identifier: Apache-2.0
// Which keys were pressed? Bytes of a terminal become keys.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leakhook::top {

enum class Key {
  up,
  down,
  page_up,
  page_down,
  home,
  end,
  right,
  left,
  enter,
  escape,
  end_of_input,
  other,   ///< none that we know
  letter,  ///< see KeyPress::letter
};

struct KeyPress {
  Key key = Key::other;
  char letter = 0;  ///< printable ASCII, or a tab
};

class Keys {
 public:
  /// What these bytes complete. A sequence may come in pieces.
  std::vector<KeyPress> pressed(std::string_view bytes);
  /// Something was begun: the escape key alone, or the rest is still to come.
  bool is_pending() const { return !pending_.empty(); }
  /// Nothing followed.
  std::vector<KeyPress> give_up();

 private:
  std::string pending_;
};

}  // namespace leakhook::top
