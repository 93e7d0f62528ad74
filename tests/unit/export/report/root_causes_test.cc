// SPDX-License-Identifier: Apache-2.0
// What is mended once is told once.
#include "../../../../export/report/root_causes.h"

#include <gtest/gtest.h>

#include "verdicts.h"

namespace leakhook::report {
namespace {

using verdict::Decision;
using verdict::Verdict;
using verdict::Word;

TEST(RootCauses, GatherBlocksOfOneRoot) {
  const auto causes = root_causes(leaking_verdict());
  ASSERT_EQ(causes.size(), 2u);
  const RootCause& cause = causes[0];
  ASSERT_EQ(cause.parts.size(), 2u);
  EXPECT_EQ(cause.root().holding.word, Word::definite);
  EXPECT_EQ(cause.root().holding.count, 512);
  EXPECT_EQ(cause.root().holding.bytes, 512 * 96);
  EXPECT_EQ(cause.root().threads, (std::vector<std::string>{"worker-1", "worker-2"}));
  EXPECT_EQ(cause.root().holding.youngest_s, 4);
  EXPECT_EQ(cause.root().holding.oldest_s, 256);
  EXPECT_EQ(cause.root().new_count, 512);
  EXPECT_EQ(cause.count_below(), 64);
  EXPECT_EQ(cause.bytes_below(), 64 * 192);
}

TEST(RootCauses, MergeThreadsOfOneStack) {
  Verdict verdict = clean_verdict();
  for (const std::int64_t number : {9, 4}) {
    verdict::Holding socket = held(Kind::socket, 1, {frame("connect")});
    socket.fds = {number};
    socket.peers = {"a:1", "b:" + std::to_string(number)};
    socket.thread = "t" + std::to_string(number);
    add(&verdict, 0, socket, Decision::fails);
  }
  const auto causes = root_causes(verdict);
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_EQ(causes[0].root().holding.count, 2);
  EXPECT_EQ(causes[0].root().holding.fds, (std::vector<std::int64_t>{4, 9}));
  EXPECT_EQ(causes[0].root().holding.peers, (std::vector<std::string>{"a:1", "b:9", "b:4"}));
}

TEST(RootCauses, KeepApartWhatDiffers) {
  Verdict verdict = clean_verdict();
  verdict.dumps.push_back(verdict.dumps[0]);
  add(&verdict, 0, held(Kind::socket, 1, {frame("f", "a.cc", 1)}), Decision::fails);
  add(&verdict, 0, held(Kind::socket, 1, {frame("f", "a.cc", 2)}), Decision::fails);
  add(&verdict, 0, held(Kind::file, 1, {frame("f", "a.cc", 1)}), Decision::fails);
  add(&verdict, 0, held(Kind::socket, 1, {frame("f", "a.cc", 1)}), Decision::suppressed);
  add(&verdict, 1, held(Kind::socket, 1, {frame("f", "a.cc", 1)}), Decision::fails);
  EXPECT_EQ(root_causes(verdict).size(), 5u);
}

TEST(RootCauses, NumbersOfTwoProcessesAreStrangers) {
  Verdict verdict = clean_verdict();
  verdict.dumps.push_back(verdict.dumps[0]);
  verdict::Holding lost = blocks(Word::definite, 1, 8, {frame("f")});
  lost.leak = 1;
  add(&verdict, 0, lost, Decision::fails);
  add(&verdict, 1, lost, Decision::fails);
  EXPECT_EQ(root_causes(verdict).size(), 2u);
}

TEST(RootCauses, AreAsGraveAsTheirGravestPart) {
  Verdict verdict = clean_verdict();
  verdict::Holding root = blocks(Word::definite, 1, 8, {frame("f")});
  verdict::Holding below = blocks(Word::indirect, 1, 8, {frame("g")});
  root.leak = below.leak = 1;
  add(&verdict, 0, root, Decision::shown);
  add(&verdict, 0, below, Decision::fails);
  const auto causes = root_causes(verdict);
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_EQ(causes[0].decision, Decision::fails);
  EXPECT_EQ(count_of(causes, Decision::fails), 1u);
  EXPECT_EQ(count_of(causes, Decision::shown), 0u);
}

TEST(RootCauses, WhatFailsComesFirstThenTheLargest) {
  Verdict verdict = clean_verdict();
  add(&verdict, 0, blocks(Word::definite, 9, 9, {frame("seen")}), Decision::shown);
  add(&verdict, 0, held(Kind::file, 1, {frame("file")}), Decision::fails);
  add(&verdict, 0, blocks(Word::definite, 1, 8, {frame("small")}), Decision::fails);
  add(&verdict, 0, blocks(Word::definite, 1, 90, {frame("large")}), Decision::fails);
  std::string order;
  for (const RootCause& cause : root_causes(verdict))
    order += cause.root().holding.stack[0].function + " ";
  EXPECT_EQ(order, "large small file seen ");
}

TEST(RootCauses, TextsOfThemAreVisible) {
  for (const RootCause& cause : root_causes(hostile_verdict())) {
    const Part& part = cause.root();
    for (const std::string& text :
         {part.holding.stack[0].function, part.holding.stack[0].file, part.holding.stack[0].module,
          part.holding.thread, part.holding.paths[0], part.holding.peers[0], part.threads[0],
          part.marks[0], part.reason, part.fingerprint})
      EXPECT_EQ(text.find_first_of("\n\x1b\x01\r"), text.npos);
  }
}

}  // namespace
}  // namespace leakhook::report
