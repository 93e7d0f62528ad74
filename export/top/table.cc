// SPDX-License-Identifier: Apache-2.0
// What stands on the screen?
#include "table.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "../base_name.h"
#include "../report/phrases.h"
#include "../report/visible.h"
#include "figures.h"
#include "history.h"

namespace leakhook::top {
namespace {

constexpr const char* kOrderTexts[kOrders] = {"growth", "bytes", "recent", "size", "count"};

constexpr const char* kHelp[] = {
    "",
    "  s, S            sort by: growth (count since the first dump), bytes (grown since then),",
    "                  recent (count since the last dump), size (bytes held), count (held)",
    "  k, K, Tab       next kind, previous kind",
    "  up, down, PgUp, PgDn, Home, End   choose a stack",
    "  Enter           all frames of the chosen stack, and back",
    "  p, Space        pause, and go on",
    "  u               look again now",
    "  r               count growth from here",
    "  h, ?            this help, and back",
    "  q               quit",
};

bool has_bytes(Kind kind) { return kind == Kind::heap || kind == Kind::mapping; }

std::string bytes_of(Kind kind, std::int64_t bytes) {
  return has_bytes(kind) ? bytes_figure(bytes) : "";
}

/// Two numbers, the second decides between equal ones.
std::pair<std::int64_t, std::int64_t> rank(const Row& row, Order order) {
  switch (order) {
    case Order::growth: return {row.since_first.count, row.since_first.bytes};
    case Order::bytes: return {row.since_first.bytes, row.since_first.count};
    case Order::recent: return {row.since_last.count, row.since_last.bytes};
    case Order::size: return {row.now.bytes, row.now.count};
    case Order::count: break;
  }
  return {row.now.count, row.now.bytes};
}

std::string frame_name(const verdict::Frame& frame) {
  std::string text = frame.function;
  if (!frame.file.empty()) text += " " + std::string(base_name(frame.file));
  if (!frame.file.empty() && frame.line > 0) text += ":" + std::to_string(frame.line);
  return text;
}

/// Innermost first; one line.
std::string stack_text(const verdict::Stack& stack) {
  std::string text;
  for (const verdict::Frame& frame : stack) text += (text.empty() ? "" : " < ") + frame_name(frame);
  return report::visible(text);
}

const char* kind_text(Kind kind) { return kind == Kind::none ? "all kinds" : row_of(kind).label; }

constexpr char kTitles[] =
    "kind       count  bytes  count  bytes   last  c/min  ";
constexpr char kSpans[] =
    "                         since first dump            ";

/// The columns that kTitles names.
std::string figures_of(const Row& row, const History& history) {
  const Kind kind = row.key.kind;
  std::string text = fitted(row_of(kind).label, 9);
  text += right_aligned(count_figure(row.now.count), 7);
  text += right_aligned(bytes_of(kind, row.now.bytes), 7);
  text += right_aligned(count_growth(row.since_first.count), 7);
  text += right_aligned(bytes_growth(row.since_first.bytes), 7);
  text += right_aligned(count_growth(row.since_last.count), 7);
  text += right_aligned(rate_figure(history.per_minute(row.since_first.count)), 7);
  return text + "  ";
}

/// Index of the selected row; 0 when it is gone.
int selected_index(const std::vector<Row>& rows, const View& view) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    return view.selected && row.key == *view.selected;
  });
  return found == rows.end() ? 0 : static_cast<int>(found - rows.begin());
}

/// Requires: there are rows.
void select(const std::vector<Row>& rows, int index, int page, View* view) {
  const int last = static_cast<int>(rows.size()) - 1;
  index = std::clamp(index, 0, last);
  view->selected = rows[static_cast<std::size_t>(index)].key;
  view->scrolled = std::clamp(view->scrolled, std::max(0, index - page + 1), index);
}

/// Where this key leads from row `index`; nothing: it leads nowhere.
std::optional<int> moved(Key key, int index, int page, int count) {
  switch (key) {
    case Key::up: return index - 1;
    case Key::down: return index + 1;
    case Key::page_up: return index - page;
    case Key::page_down: return index + page;
    case Key::home: return 0;
    case Key::end: return count - 1;
    default: return std::nullopt;
  }
}

void next_order(int step, View* view) {
  const int count = static_cast<int>(kOrders);
  view->order = static_cast<Order>((static_cast<int>(view->order) + step + count) % count);
  view->selected.reset();
  view->scrolled = 0;
}

/// Through all kinds that are held, and "all".
void next_kind(const History& history, int step, View* view) {
  std::vector<Kind> kinds{Kind::none};
  for (const Row& row : history.kinds()) kinds.push_back(row.key.kind);
  const auto at = std::find(kinds.begin(), kinds.end(), view->kind);
  const int index = at == kinds.end() ? 0 : static_cast<int>(at - kinds.begin());
  const int count = static_cast<int>(kinds.size());
  view->kind = kinds[static_cast<std::size_t>((index + step + count) % count)];
  view->selected.reset();
  view->scrolled = 0;
}

Wish on_letter(char letter, const History& history, View* view) {
  switch (letter) {
    case 'q': return Wish::quit;
    case 'r': return Wish::restart;
    case 'u': return Wish::refresh;
    case 's': next_order(1, view); break;
    case 'S': next_order(-1, view); break;
    case 'k':
    case '\t': next_kind(history, 1, view); break;
    case 'K': next_kind(history, -1, view); break;
    case 'p':
    case ' ': view->is_paused = !view->is_paused; break;
    case 'h':
    case '?': view->shows_help = !view->shows_help; break;
    default: break;
  }
  return Wish::none;
}

void add_kinds(const History& history, std::vector<Line>* lines) {
  lines->push_back({kSpans});
  lines->push_back({kTitles});
  for (const Row& row : history.kinds()) lines->push_back({figures_of(row, history)});
}

void add_frames(const Row& row, int first, std::vector<Line>* lines) {
  for (std::size_t i = static_cast<std::size_t>(first); i < row.stack.size(); ++i)
    lines->push_back({"  " + report::visible(report::frame_text(row.stack[i]))});
}

void add_list(const History& history, const std::vector<Row>& rows, const View& view, int page,
              std::vector<Line>* lines) {
  const int selected = selected_index(rows, view);
  const int count = static_cast<int>(rows.size());
  const int first = std::clamp(view.scrolled, std::max(0, selected - page + 1), selected);
  for (int i = first; i < std::min(count, first + page); ++i) {
    const Row& row = rows[static_cast<std::size_t>(i)];
    lines->push_back({figures_of(row, history) + stack_text(row.stack), i == selected});
  }
}

std::string list_title(const View& view, std::size_t count) {
  return std::string(kTitles) + kind_text(view.kind) + ", " + report::counted(count, "stack") +
         ", by " + text_of(view.order);
}

}  // namespace

const char* text_of(Order order) { return kOrderTexts[static_cast<std::size_t>(order)]; }

std::optional<Order> order_of(std::string_view text) {
  const auto* const found = std::find(std::begin(kOrderTexts), std::end(kOrderTexts), text);
  if (found == std::end(kOrderTexts)) return std::nullopt;
  return static_cast<Order>(found - std::begin(kOrderTexts));
}

Wish on_key(const KeyPress& press, const History& history, int page, View* view) {
  if (press.key == Key::letter) return on_letter(press.letter, history, view);
  if (press.key == Key::end_of_input) return Wish::quit;
  if (press.key == Key::escape) view->shows_help = view->shows_stack = false;
  if (view->shows_help) return Wish::none;
  const std::vector<Row> rows = chosen_rows(history, *view);
  if (rows.empty()) return Wish::none;
  const int selected = selected_index(rows, *view);
  const Row& row = rows[static_cast<std::size_t>(selected)];
  const int count = static_cast<int>(view->shows_stack ? row.stack.size() : rows.size());
  if (press.key == Key::enter) {
    view->shows_stack = !view->shows_stack;
    view->selected = row.key;
    view->frame = 0;
  } else if (const auto to = moved(press.key, view->shows_stack ? view->frame : selected, page, count)) {
    if (view->shows_stack)
      view->frame = std::clamp(*to, 0, std::max(0, count - 1));
    else
      select(rows, *to, page, view);
  }
  return Wish::none;
}

std::vector<Row> chosen_rows(const History& history, const View& view) {
  std::vector<Row> rows;
  for (const Row& row : history.stacks())
    if (view.kind == Kind::none || view.kind == row.key.kind) rows.push_back(row);
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    return rank(a, view.order) > rank(b, view.order);
  });
  return rows;
}

int page_of(const History& history, Size size) {
  const int above = 2 + 2 + static_cast<int>(history.kinds().size()) + 1;
  return std::max(1, size.rows - above);
}

std::vector<Line> screen(const History& history, const View& view, const std::string& head,
                         const std::string& status, Size size) {
  std::vector<Line> lines{{report::visible(head), true}, {report::visible(status)}};
  const std::vector<Row> rows = chosen_rows(history, view);
  if (view.shows_help) {
    for (const char* line : kHelp) lines.push_back({line});
  } else {
    add_kinds(history, &lines);
    lines.push_back({list_title(view, rows.size()), true});
    if (view.shows_stack && !rows.empty())
      add_frames(rows[static_cast<std::size_t>(selected_index(rows, view))], view.frame, &lines);
    else
      add_list(history, rows, view, page_of(history, size), &lines);
  }
  lines.resize(static_cast<std::size_t>(size.rows));
  for (Line& line : lines) line.text = fitted(line.text, size.columns);
  return lines;
}

std::string plain_table(const History& history, const View& view, const std::string& head,
                        std::size_t most) {
  const auto line_of = [](const Row& row) {
    return fitted(row_of(row.key.kind).label, 10) + right_aligned(count_figure(row.now.count), 8) +
           right_aligned(bytes_of(row.key.kind, row.now.bytes), 8);
  };
  std::string text = report::visible(head) + "\n" + fitted("kind", 10) +
                     right_aligned("count", 8) + right_aligned("bytes", 8) + "\n";
  for (const Row& row : history.kinds()) text += line_of(row) + "\n";
  const std::vector<Row> rows = chosen_rows(history, view);
  text += "\n";
  for (std::size_t i = 0; i < rows.size() && (most == 0 || i < most); ++i)
    text += line_of(rows[i]) + "  " + stack_text(rows[i].stack) + "\n";
  if (most != 0 && rows.size() > most)
    text += "and " + report::counted(static_cast<std::int64_t>(rows.size() - most), "more stack") +
            " (--rows)\n";
  return text;
}

}  // namespace leakhook::top
