// SPDX-License-Identifier: Apache-2.0
// Findings are told in words that people know.
#include "../../../../export/report/phrases.h"

#include <gtest/gtest.h>

#include "../../../../export/report/root_causes.h"
#include "verdicts.h"

namespace leakhook::report {
namespace {

using verdict::Word;

std::string told(const std::vector<Detail>& details) {
  std::string out;
  for (const Detail& detail : details) out += detail.name + "=" + detail.text + ";";
  return out;
}

TEST(Phrases, Amounts) {
  EXPECT_EQ(bytes_text(0), "0 bytes");
  EXPECT_EQ(bytes_text(1), "1 byte");
  EXPECT_EQ(bytes_text(1023), "1,023 bytes");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(bytes_text(std::int64_t{5} << 40), "5.0 TiB");
  EXPECT_EQ(number_text(1234567), "1,234,567");
  EXPECT_EQ(number_text(-1234), "-1,234");
  EXPECT_EQ(number_text(-123), "-123");
  EXPECT_EQ(counted(1, "leak"), "1 leak");
  EXPECT_EQ(counted(0, "leak"), "0 leaks");
}

TEST(Phrases, Ages) {
  EXPECT_EQ(age_text(0), "0 s");
  EXPECT_EQ(age_text(119), "119 s");
  EXPECT_EQ(age_text(120), "2 min");
  EXPECT_EQ(age_text(7200), "2 h");
  EXPECT_EQ(age_text(200000), "2 d");
}

TEST(Phrases, Lists) {
  EXPECT_EQ(listed({"a", "b"}, 2), "a, b");
  EXPECT_EQ(listed({"a", "b", "c"}, 2), "a, b and 1 more");
  EXPECT_EQ(listed({}), "");
}

TEST(Phrases, HeadlinesSayWhatWasNotDone) {
  EXPECT_EQ(headline(blocks(Word::definite, 2, 75, {}), false),
            "150 bytes in 2 blocks definitely lost");
  EXPECT_EQ(headline(blocks(Word::reachable, 1, 8, {}), true),
            "about 8 bytes in 1 block still reachable");
  EXPECT_EQ(headline(held(Kind::socket, 3, {}), true), "3 sockets not closed");
  EXPECT_EQ(headline(held(Kind::thread, 1, {}), false), "1 thread not joined");
  EXPECT_EQ(headline(held(Kind::process, 2, {}), false), "2 child processes not waited for");
  verdict::Holding thread = held(Kind::thread, 1, {});
  thread.state = "ended";
  EXPECT_EQ(headline(thread, false), "1 thread ended and not joined");
  verdict::Holding holding = held(Kind::file, 1, {});
  holding.origin = "inherited";
  EXPECT_EQ(headline(holding, false), "1 file not closed (inherited)");
}

TEST(Phrases, EveryKindHasANoun) {
  for (const KindRow& row : kKindRows)
    EXPECT_EQ(headline(held(row.kind, 1, {}), false).find("resource"), std::string::npos)
        << row.label;
}

TEST(Phrases, FramesShowWhatIsKnown) {
  EXPECT_EQ(frame_text({"f", "_f", "/s/a.cc", 3, "/usr/lib/libz.so.1"}), "f /s/a.cc:3 (libz.so.1)");
  EXPECT_EQ(frame_text({"f", "", "a.cc", 0, ""}), "f a.cc");
  EXPECT_EQ(frame_text({"f", "", "", 0, ""}), "f");
}

TEST(Phrases, RulesArePartsOfPolicies) {
  EXPECT_EQ(rule_of(blocks(Word::definite, 1, 1, {})), "heap/definite");
  EXPECT_EQ(rule_of(held(Kind::other_fd, 1, {})), "other");
  EXPECT_EQ(rule_title(held(Kind::socket, 1, {})), "Sockets not closed");
  EXPECT_NE(rule_meaning(blocks(Word::indirect, 1, 1, {})).find("lost themselves"),
            std::string::npos);
}

TEST(Phrases, DetailsOfBlocks) {
  Part part;
  part.holding = blocks(Word::definite, 3, 16, {});
  part.holding.sizes = {16, 64};
  part.holding.youngest_s = 1;
  part.holding.oldest_s = 256;
  part.threads = {"a", "b"};
  part.marks = {"Suite.Test"};
  part.new_count = 1;
  part.new_bytes = 16;
  part.per_iteration = 1.5;
  part.reason = "why";
  EXPECT_EQ(
      told(details(part, 2)),
      "sizes=16 bytes to 64 bytes each;threads=a, b;age=1 s to 4 min or more;born in=Suite.Test;"
      "new since the baseline=16 bytes in 1 block;loop=1.5 more in each iteration;because=why;");
}

TEST(Phrases, DetailsOfDescriptorsAndThreads) {
  Part part;
  part.holding = held(Kind::socket, 1, {});
  part.holding.fds = {7};
  part.holding.peers = {"10.0.0.5:5432"};
  part.new_count = 1;
  EXPECT_EQ(told(details(part, 0)), "descriptor=7;connected to=10.0.0.5:5432;");
  EXPECT_EQ(told(details(part, 9)),
            "descriptor=7;connected to=10.0.0.5:5432;loop=once, not in each iteration;");
  part.holding = held(Kind::thread, 1, {});
  part.threads = {"ticker"};
  EXPECT_EQ(told(details(part, 0)), "name=ticker;");
}

}  // namespace
}  // namespace leakhook::report
