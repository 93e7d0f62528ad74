// SPDX-License-Identifier: Apache-2.0
// How does a table stand on a terminal, and nothing of it stay behind?
#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace leakhook::top {
namespace {

// ECMA-48 and the private modes of xterm, which every terminal of today has: other screen, cursor,
// wrapping at the right edge.
constexpr char kOtherScreen[] = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr char kOwnScreen[] = "\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr char kHome[] = "\x1b[H";
constexpr char kReversed[] = "\x1b[7m";
constexpr char kPlain[] = "\x1b[m";
constexpr char kRestOfLine[] = "\x1b[K";

/// A terminal that has gone away has nothing to be cleaned.
void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

bool has_terminal() {
  const char* const name = getenv("TERM");
  return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && name && *name &&
         std::strcmp(name, "dumb") != 0;
}

bool Terminal::enter() {
  if (!is_entered_ && tcgetattr(STDIN_FILENO, &before_) != 0) return false;
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z stay signals
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0) return false;
  is_entered_ = true;
  put(kOtherScreen);
  return true;
}

void Terminal::leave() {
  if (!is_entered_) return;
  is_entered_ = false;
  put(kOwnScreen);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

void Terminal::draw(const std::vector<Line>& lines) {
  std::string frame = kHome;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) frame += "\r\n";
    // Before the text: behind one that fills the line it would take the last letter.
    frame += kRestOfLine;
    frame += lines[i].is_reversed ? kReversed + lines[i].text + kPlain : lines[i].text;
  }
  put(frame);
}

Size Terminal::size() {
  winsize window{};
  Size size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return size;
  if (window.ws_col > 0) size.columns = window.ws_col;
  if (window.ws_row > 0) size.rows = window.ws_row;
  return size;
}

}  // namespace leakhook::top
