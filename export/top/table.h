// SPDX-License-Identifier: Apache-2.0
// What stands on the screen? Kinds with their sums, then stacks in the order that is asked for.
#pragma once
#include <string>
#include <vector>

#include "keys.h"
#include "terminal.h"
#include "view.h"

namespace leakhook::top {

class History;
struct Row;

/// What a key asks for beyond another view.
enum class Wish { none, quit, restart, refresh };
/// `page`: rows of the list that the screen shows.
Wish on_key(const KeyPress& key, const History& history, int page, View* view);

/// Rows of the list in the chosen order.
std::vector<Row> chosen_rows(const History& history, const View& view);

/// One line for each row of the screen. `head`: first line; `status`: second line.
std::vector<Line> screen(const History& history, const View& view, const std::string& head,
                         const std::string& status, Size size);
/// Rows of the list that such a screen shows.
int page_of(const History& history, Size size);

/// The same for files and pipes: no growth, whole stacks; `most` stacks, 0: all.
std::string plain_table(const History& history, const View& view, const std::string& head,
                        std::size_t most);

}  // namespace leakhook::top
