// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/suppressions.h"

#include <gtest/gtest.h>

#include "holdings.h"

namespace leakhook::verdict {
namespace {

std::vector<Suppression> rules_of(const char* text) {
  std::vector<Suppression> rules;
  EXPECT_EQ(parse_suppressions(text, "file", &rules), "");
  return rules;
}

Holding in_cpp(Kind kind, const Frame& frame) {
  Holding holding = open(kind, {});
  holding.stack = {{"std::vector<int, std::allocator<int> >::reserve(unsigned long)",
                    "_ZNSt6vector", "/usr/include/c++/12/bits/vector.tcc", 70, frame.module},
                   frame,
                   {"main", "main", "/src/app/main.cc", 3, frame.module}};
  return holding;
}

// The table of LeakSanitizer's own behaviour, row by row.
TEST(Suppressions, APatternMeansWhatItMeansToLeakSanitizer) {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } rows[] = {
      {"foo", "a_foo_b", true},
      {"foo", "fo", false},
      {"^foo", "foobar", true},
      {"^foo", "a_foo", false},
      {"foo$", "barfoo", true},
      {"foo$", "foobar", false},
      {"^foo$", "foo", true},
      {"^foo$", "foo2", false},
      {"f*r", "foobar", true},
      {"a*b*c", "xaxbxc", true},
      {"a*b*c", "xaxcxb", false},
      {"^*bar", "foobar", true},
      {"*", "x", true},
      {"", "x", true},
      {"", "", false},
      {"*", "", false},
      {"foo*", "foo", true},
      {"foo*$", "foox", true},
      {"foo*bar", "foo", false},
      {"foo$bar", "foo", true},
      {"a^b", "a^b", true},
      {"^foo*baz$", "foobarbaz", true},
      // The first "o" counts: only a later one would be at the end.
      {"o$", "foo", false},
      {"*.so$", "/lib/x.so", true},
      {"ab*", "xaab", true},
  };
  for (const auto& row : rows)
    EXPECT_EQ(matches_pattern(row.pattern, row.text), row.matches)
        << row.pattern << " | " << row.text;
}

TEST(Suppressions, AFileHasCommentsBlankLinesAndTypes) {
  const std::vector<Suppression> rules = rules_of(
      "# known\n\nleak:foo\r\n  fd:/lib/x.so \nother:bar:baz\nmisuse:qux\n#leak:no\nleak:last");
  ASSERT_EQ(rules.size(), 5u);
  EXPECT_EQ(rules[0].type, "leak");
  EXPECT_EQ(rules[0].pattern, "foo");
  EXPECT_EQ(rules[0].source, "file:3");
  EXPECT_EQ(rules[1].pattern, "/lib/x.so");
  EXPECT_EQ(rules[1].text, "fd:/lib/x.so");
  EXPECT_EQ(rules[2].pattern, "bar:baz");
  EXPECT_EQ(rules[4].source, "file:8");
}

TEST(Suppressions, ALineThatCannotBeReadIsNamedAndNothingIsAdded) {
  std::vector<Suppression> rules;
  for (const char* bad : {"leek:foo", "foo", "race:foo", ":foo", "leak foo", "LEAK:x"}) {
    const std::string error = parse_suppressions("leak:a\n" + std::string(bad), "supp.txt", &rules);
    EXPECT_TRUE(error.starts_with("supp.txt:2: '" + std::string(bad) + "': expected TYPE:PATTERN"))
        << error;
  }
  EXPECT_TRUE(rules.empty());
  EXPECT_NE(read_suppressions("/nowhere/at/all", &rules).find("/nowhere/at/all: cannot be opened"),
            std::string::npos);
}

TEST(Suppressions, EveryPartOfAFrameMayMatchAndEveryFrame) {
  Holding block = heap(Word::definite, {"inner", "outer", "main"}, 1, 8);
  block.stack[1].system_name = "_Z5outerv";
  for (const char* rule : {"leak:inner", "leak:outer", "leak:^_Z5outerv$", "leak:app/main.c",
                           "leak:/opt/app/service", "heap:inner"})
    EXPECT_TRUE(suppresses(rules_of(rule)[0], block)) << rule;
  for (const char* rule : {"leak:other", "leak:^app", "fd:inner", "mapping:inner", "misuse:inner"})
    EXPECT_FALSE(suppresses(rules_of(rule)[0], block)) << rule;
}

TEST(Suppressions, ATypeSpeaksOfItsKindOrProfile) {
  const Holding socket = open(Kind::socket, {"connect_peer"});
  EXPECT_TRUE(suppresses(rules_of("fd:connect")[0], socket));
  EXPECT_TRUE(suppresses(rules_of("socket:connect")[0], socket));
  EXPECT_FALSE(suppresses(rules_of("file:connect")[0], socket));
  EXPECT_FALSE(suppresses(rules_of("leak:connect")[0], socket));
  EXPECT_TRUE(suppresses(rules_of("thread:start_worker")[0], thread("ended")));
  EXPECT_TRUE(suppresses(rules_of("handle:f")[0], open(Kind::semaphore, {"f"})));
}

TEST(Suppressions, AWrittenEntrySilencesWhatItWasWrittenForAndNoNeighbour) {
  EXPECT_EQ(suppression_for(heap(Word::definite, {"parse", "main"}, 1, 8)), "leak:^parse$");
  EXPECT_EQ(suppression_for(open(Kind::socket, {"parse", "main"})), "socket:^parse$");
  const std::pair<const char*, const char*> rows[] = {
      {"ns::Reader<int>::read(char const*) const", "leak:^ns::Reader<*>::read("},
      {"void ns::fill<double, 3>(std::vector<int>&)", "leak:ns::fill<*>("},
      {"main::{lambda(int)#2}::operator()(int) const", "leak:^main::{lambda*}::operator(*)("},
      {"(anonymous namespace)::keep(int)", "leak:^(anonymous*)::keep("},
      {"ns::name[abi:cxx11](int)", "leak:^ns::name[*("},
      {"Big::operator*=(Big const&)", "leak:^Big::operator*=("},
      {"Pool::operator new(unsigned long)", "leak:^Pool::operator new("},
      // Each sign is looked for at its first place, so some names match no pattern of their own.
      {"a*b<*=push$$", "leak:=push"}};
  for (const auto& [function, line] : rows) {
    Holding holding = in_cpp(Kind::heap, {function, "_Z", "/src/app/a.cc", 9, "/opt/app/service"});
    holding.word = Word::definite;
    EXPECT_TRUE(suppresses(rules_of(suppression_for(holding).c_str())[0], holding)) << function;
    EXPECT_EQ(suppression_for(holding), line);
    holding.stack[1].function = "ns::different(int)";
    EXPECT_FALSE(suppresses(rules_of(line)[0], holding)) << function;
  }
}

TEST(Suppressions, AFunctionWithoutANameIsSilencedByItsModule) {
  const Frame frame{"[libz.so.1+0x1234]", "", "", 0, "/usr/lib/libz.so.1"};
  EXPECT_EQ(suppression_for(in_cpp(Kind::file, frame)), "file:/usr/lib/libz.so.1");
  EXPECT_EQ(suppression_for(open(Kind::file, {})), "file:*");
  const Holding odd = in_cpp(Kind::file, {"[x+0x1234]", "", "", 0, "^opt/a$1/libz.so"});
  EXPECT_EQ(suppression_for(odd), "file:*opt/a*1/libz.so");
  EXPECT_TRUE(suppresses(rules_of("file:*opt/a*1/libz.so")[0], odd));
}

TEST(Suppressions, ShellsAndTimeoutAreBuiltIn) {
  Holding script = open(Kind::file, {"open_script"});
  script.stack[0].module = "/usr/bin/dash";
  const auto is_silent = [](const Holding& holding) {
    for (const Suppression& rule : built_in_suppressions())
      if (suppresses(rule, holding)) return true;
    return false;
  };
  EXPECT_TRUE(is_silent(script));
  script.stack[0].module = "/usr/bin/dashboard";
  EXPECT_FALSE(is_silent(script));
}

}  // namespace
}  // namespace leakhook::verdict
