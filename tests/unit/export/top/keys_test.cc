// SPDX-License-Identifier: Apache-2.0
// Keys are known in whatever pieces their bytes come.
#include "../../../../export/top/keys.h"

#include <gtest/gtest.h>

namespace leakhook::top {
namespace {

std::vector<Key> keys_of(const std::vector<KeyPress>& presses) {
  std::vector<Key> keys;
  for (const KeyPress& press : presses) keys.push_back(press.key);
  return keys;
}

TEST(Keys, EverySequenceHasItsKey) {
  const std::pair<const char*, Key> kRows[] = {
      {"\x1b[A", Key::up},       {"\x1bOA", Key::up},     {"\x1b[B", Key::down},
      {"\x1b[5~", Key::page_up}, {"\x1b[6~", Key::page_down}, {"\x1b[H", Key::home},
      {"\x1bOH", Key::home},     {"\x1b[1~", Key::home},  {"\x1b[F", Key::end},
      {"\x1b[4~", Key::end},     {"\r", Key::enter},      {"\n", Key::enter},
      {"\x1b[1;5C", Key::other}, {"\x1b[15~", Key::other}, {"\x01", Key::other}, {"\x04", Key::end_of_input},
      {"\xc3", Key::other},
  };
  for (const auto& [bytes, key] : kRows) {
    Keys keys;
    EXPECT_EQ(keys_of(keys.pressed(bytes)), std::vector{key}) << bytes;
    EXPECT_FALSE(keys.is_pending());
  }
}

TEST(Keys, LettersCarryThemselves) {
  Keys keys;
  const auto presses = keys.pressed("q?\t ~");
  ASSERT_EQ(presses.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(presses[i].key, Key::letter);
    EXPECT_EQ(presses[i].letter, "q?\t ~"[i]);
  }
}

TEST(Keys, SequencesComeInPieces) {
  const std::string bytes = "a\x1b[A\x1b[6~\x1bOBz";
  const std::vector<Key> expected{Key::letter, Key::up, Key::page_down, Key::down, Key::letter};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Keys keys;
    auto presses = keys.pressed(bytes.substr(0, cut));
    for (const KeyPress& press : keys.pressed(bytes.substr(cut))) presses.push_back(press);
    EXPECT_EQ(keys_of(presses), expected) << cut;
  }
}

TEST(Keys, EscapeAloneIsKnownWhenNothingFollows) {
  Keys keys;
  EXPECT_TRUE(keys.pressed("\x1b").empty());
  EXPECT_TRUE(keys.is_pending());
  EXPECT_EQ(keys_of(keys.give_up()), std::vector{Key::escape});
  EXPECT_FALSE(keys.is_pending());
  EXPECT_TRUE(keys.give_up().empty());
  EXPECT_TRUE(keys.pressed("\x1b[").empty());
  EXPECT_EQ(keys_of(keys.give_up()), std::vector{Key::other});
}

TEST(Keys, EscapeBeforeALetterIsTwoKeys) {
  Keys keys;
  EXPECT_EQ(keys_of(keys.pressed("\x1bq")), (std::vector{Key::escape, Key::letter}));
}

}  // namespace
}  // namespace leakhook::top
