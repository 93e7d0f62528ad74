// SPDX-License-Identifier: Apache-2.0
// What keys choose stands on the screen, within its edges, in its order.
#include "../../../../export/top/table.h"

#include <gtest/gtest.h>

#include "../../../../export/top/history.h"
#include "../holdings.h"

namespace leakhook::top {
namespace {

using testing::dump_at;
using testing::held;

class TableTest : public ::testing::Test {
 protected:
  TableTest() {
    history_.add(dump_at(0, {held(Kind::heap, "steady", 900, 90000), held(Kind::heap, "leaks", 1, 10),
                             held(Kind::socket, "accepts", 2)}));
    history_.add(dump_at(30, {held(Kind::heap, "steady", 900, 90000), held(Kind::heap, "leaks", 9, 90),
                              held(Kind::heap, "swells", 1, 5000), held(Kind::socket, "accepts", 2)}));
    history_.add(dump_at(60, {held(Kind::heap, "steady", 900, 90000), held(Kind::heap, "leaks", 9, 90),
                              held(Kind::heap, "swells", 1, 5000), held(Kind::socket, "accepts", 7)}));
  }

  Wish press(Key key) { return on_key({key}, history_, page_of(history_, size_), &view_); }
  Wish press(char letter) {
    return on_key({Key::letter, letter}, history_, page_of(history_, size_), &view_);
  }
  std::vector<Line> lines() const { return screen(history_, view_, "head", "status", size_); }
  /// Innermost functions of the list.
  std::vector<std::string> functions() const {
    std::vector<std::string> found;
    for (const Row& row : chosen_rows(history_, view_)) found.push_back(row.stack[0].function);
    return found;
  }
  bool shows(const std::string& text) const {
    for (const Line& line : lines())
      if (line.text.find(text) != std::string::npos) return true;
    return false;
  }
  /// The reversed row of the list.
  std::string chosen() const {
    for (const Line& line : lines())
      if (line.is_reversed && line.text.find(" < main") != std::string::npos) return line.text;
    return "";
  }

  using Texts = std::vector<std::string>;
  History history_;
  View view_;
  Size size_{120, 24};
};

TEST_F(TableTest, EveryOrderHasItsFirst) {
  EXPECT_EQ(functions(), (Texts{"leaks", "accepts", "swells", "steady"}));
  press('s');  // bytes
  EXPECT_EQ(functions(), (Texts{"swells", "leaks", "accepts", "steady"}));
  press('s');  // recent
  EXPECT_EQ(functions().front(), "accepts");
  press('s');  // size
  EXPECT_EQ(functions(), (Texts{"steady", "swells", "leaks", "accepts"}));
  press('s');  // count
  EXPECT_EQ(functions(), (Texts{"steady", "leaks", "accepts", "swells"}));
  press('s');
  EXPECT_EQ(view_.order, Order::growth);
  press('S');
  EXPECT_EQ(view_.order, Order::count);
}

TEST_F(TableTest, KindsAreChosenInTurn) {
  press('k');
  EXPECT_EQ(view_.kind, Kind::heap);
  EXPECT_EQ(functions(), (Texts{"leaks", "swells", "steady"}));
  press('\t');
  EXPECT_EQ(functions(), (Texts{"accepts"}));
  press('k');
  EXPECT_EQ(view_.kind, Kind::none);
  press('K');
  EXPECT_EQ(view_.kind, Kind::socket);
}

TEST_F(TableTest, RowsTellAllFigures) {
  //                 kind       count  bytes  count  bytes   last  c/min
  EXPECT_TRUE(shows("heap           9     90     +8    +80          +8.0  leaks a.c:1 < main a.c:9"));
  EXPECT_TRUE(shows("socket         7            +5            +5   +5.0  accepts a.c:1 < main a.c:9"));
  EXPECT_TRUE(shows("heap         910  92.9K     +9  +5080          +9.0 "));
}

TEST_F(TableTest, ScreenFillsItsSizeAndNoMore) {
  for (const Size size : {Size{120, 24}, Size{80, 24}, Size{20, 5}, Size{1, 1}, Size{200, 3}}) {
    size_ = size;
    const auto all = lines();
    EXPECT_EQ(all.size(), static_cast<std::size_t>(size.rows));
    for (const Line& line : all) EXPECT_EQ(line.text.size(), static_cast<std::size_t>(size.columns));
  }
}

TEST_F(TableTest, ChosenRowMovesAndStaysInSight) {
  EXPECT_NE(chosen().find("leaks"), std::string::npos);
  press(Key::down);
  EXPECT_NE(chosen().find("accepts"), std::string::npos);
  press(Key::end);
  EXPECT_NE(chosen().find("steady"), std::string::npos);
  press(Key::down);
  EXPECT_NE(chosen().find("steady"), std::string::npos);
  press(Key::home);
  press(Key::up);
  EXPECT_NE(chosen().find("leaks"), std::string::npos);
  size_.rows = 8;  // one row of the list
  for (const char* name : {"accepts", "swells", "steady"}) {
    press(Key::down);
    EXPECT_NE(chosen().find(name), std::string::npos) << name;
  }
  press(Key::page_up);
  EXPECT_NE(chosen().find("swells"), std::string::npos);
}

TEST_F(TableTest, ChosenStackStaysChosenWhenOthersPassIt) {
  press(Key::down);
  history_.add(dump_at(90, {held(Kind::heap, "leaks", 9, 90), held(Kind::socket, "accepts", 99)}));
  EXPECT_EQ(functions().front(), "accepts");
  EXPECT_NE(chosen().find("accepts"), std::string::npos);
}

TEST_F(TableTest, EnterShowsAllFrames) {
  press(Key::enter);
  EXPECT_TRUE(shows("leaks src/a.c:1 (service)"));
  EXPECT_TRUE(shows("main src/a.c:9 (service)"));
  press(Key::down);
  EXPECT_FALSE(shows("leaks src/a.c:1 (service)"));
  EXPECT_TRUE(shows("main src/a.c:9 (service)"));
  press(Key::down);
  EXPECT_TRUE(shows("main src/a.c:9 (service)"));
  press(Key::escape);
  EXPECT_NE(chosen().find("leaks"), std::string::npos);
}

TEST_F(TableTest, LettersDoWhatTheHelpSays) {
  EXPECT_EQ(press('q'), Wish::quit);
  EXPECT_EQ(press('r'), Wish::restart);
  EXPECT_EQ(press('u'), Wish::refresh);
  EXPECT_EQ(press('x'), Wish::none);
  press('p');
  EXPECT_TRUE(view_.is_paused);
  press(' ');
  EXPECT_FALSE(view_.is_paused);
  press('?');
  EXPECT_TRUE(shows("this help"));
  press('h');
  EXPECT_FALSE(shows("this help"));
  press('h');
  press(Key::escape);
  EXPECT_FALSE(shows("this help"));
}

TEST_F(TableTest, KeysOfAnEmptyServiceDoNoHarm) {
  history_ = History();
  history_.add(dump_at(0, {}));
  for (const Key key : {Key::up, Key::down, Key::end, Key::enter, Key::page_down}) press(key);
  press('k');
  press('s');
  EXPECT_EQ(lines().size(), 24u);
}

TEST_F(TableTest, NamesCannotSteerTheTerminal) {
  history_.add(dump_at(90, {held(Kind::heap, "evil\x1b[2Jname", 1000, 1)}));
  for (const Line& line : lines()) EXPECT_EQ(line.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(plain_table(history_, view_, "head\x1b", 0).find('\x1b'), std::string::npos);
}

TEST_F(TableTest, PlainTableSaysWhatItLeavesOut) {
  view_.order = Order::size;
  const std::string all = plain_table(history_, view_, "head", 0);
  EXPECT_NE(all.find("heap           900   87.9K  steady a.c:1 < main a.c:9\n"), std::string::npos) << all;
  EXPECT_EQ(all.find("more stack"), std::string::npos);
  const std::string some = plain_table(history_, view_, "head", 1);
  EXPECT_EQ(some.find("swells"), std::string::npos);
  EXPECT_NE(some.find("and 3 more stacks"), std::string::npos);
}

TEST(TopOrders, WordsLeadThereAndBack) {
  for (std::size_t i = 0; i < kOrders; ++i)
    EXPECT_EQ(order_of(text_of(static_cast<Order>(i))), static_cast<Order>(i));
  EXPECT_FALSE(order_of("speed"));
}

}  // namespace
}  // namespace leakhook::top
