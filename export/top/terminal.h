// SPDX-License-Identifier: Apache-2.0
// How does a table stand on a terminal, and nothing of it stay behind?
#pragma once
#include <termios.h>

#include <string>
#include <vector>

namespace leakhook::top {

struct Line {
  std::string text;  ///< without control characters
  bool is_reversed = false;
};

struct Size {
  int columns = 80;
  int rows = 24;
};

/// Standard input and output, which must be a terminal.
class Terminal {
 public:
  Terminal() = default;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { leave(); }

  /// Keys come one by one and are not shown; the screen is another one, without a cursor. False:
  /// errno tells why. May be called again, when another program had the terminal.
  bool enter();
  /// As it was before enter(); what was typed and not read is dropped.
  void leave();
  /// `lines`: one for each row of the screen.
  void draw(const std::vector<Line>& lines);
  static Size size();

 private:
  bool is_entered_ = false;
  termios before_{};
};

/// Both ends are a terminal that understands ECMA-48.
bool has_terminal();

}  // namespace leakhook::top
