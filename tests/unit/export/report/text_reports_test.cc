// SPDX-License-Identifier: Apache-2.0
// A person at a terminal sees each leak once, whole, and a line for all that was left out.
#include <gtest/gtest.h>

#include <sstream>

#include "verdicts.h"

namespace leakhook::report {
namespace {

using verdict::Decision;

std::string last_line(const std::string& text) {
  std::istringstream lines(text);
  std::string line, last;
  while (std::getline(lines, line)) last = line;
  return last;
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
#define EXPECT_HAS_NOT(text, part) EXPECT_EQ((text).find(part), std::string::npos) << (text)

TEST(TextReport, TellsALeakWithWhatHangsBelow) {
  ReportOptions options;
  options.source_root = "/srv";
  EXPECT_HAS(
      text_report(leaking_verdict(), options),
      "\n[1] 48.0 KiB in 512 blocks definitely lost, and 12.0 KiB in 64 blocks below\n"
      "    sizes    96 bytes each\n"
      "    threads  worker-1, worker-2\n"
      "    age      4 s to 4 min or more\n"
      "      #0 operator new(unsigned long) (libstdc++.so.6)\n"
      "      #1 std::make_unique<Session>() /usr/include/c++/12/bits/unique_ptr.h:1065 (service)\n"
      "    > #2 make_session(Connection&) src/session.cc:42 (service)\n"
      "      #3 serve(Connection&) src/server.cc:118 (service)\n"
      "      #4 main src/main.cc:9 (service)\n"
      "    below: 12.0 KiB in 64 blocks indirectly lost\n"
      "      sizes   192 bytes each\n"
      "      thread  worker-1\n"
      "      > #0 Buffer::grow(unsigned long) src/buffer.cc:19 (service)\n"
      "        #1 make_session(Connection&) src/session.cc:47 (service)\n"
      "        then as above from #3\n");
}

TEST(TextReport, TellsMisuseApartFromLeaksWithItsStacks) {
  ReportOptions options;
  options.source_root = "/srv";
  const std::string told = text_report(misusing_verdict(Decision::shown), options);
  EXPECT_HAS(told, "leakhook: no leaks in ");
  EXPECT_HAS(told,
             "\nmisuse (does not fail):\n"
             "  - closed a descriptor that was closed already (socket), 3 times\n"
             "    thread  worker-1\n"
             "    where it happened:\n"
             "    > #0 hang_up(Connection&) src/connection.cc:31 (service)\n");
  EXPECT_HAS(told,
             "    where it had been given back before:\n"
             "    > #0 time_out(Connection&) src/timeout.cc:77 (service)\n");
  EXPECT_HAS(told,
             "    where it came from:\n"
             "    > #0 accept_one(int) src/listener.cc:12 (service)\n");
}

TEST(TextReport, TellsMisuseThatFailsAmongTheFailures) {
  const std::string told = text_report(misusing_verdict(Decision::fails), {});
  EXPECT_HAS(told, "leakhook: 1 misuse in ");
  EXPECT_HAS(told, "\n[1] closed a descriptor that was closed already (socket), 3 times\n");
  EXPECT_HAS_NOT(told, "does not fail");
}

TEST(TextReport, TellsWhereDescriptorsLead) {
  EXPECT_HAS(text_report(leaking_verdict(), {}),
             "\n[2] 3 sockets not closed\n"
             "    descriptors   7, 8, 12\n"
             "    connected to  10.0.0.5:5432\n");
}

TEST(TextReport, EndsWithTheSummary) {
  for (const auto& verdict :
       {clean_verdict(), leaking_verdict(), rich_verdict(), hostile_verdict()})
    EXPECT_EQ(last_line(text_report(verdict, {})), verdict::summary_line(verdict.totals));
  EXPECT_EQ(text_report(clean_verdict(), {}), "leakhook: no leaks in service (pid 4711)\n\n" +
                                                  verdict::summary_line(verdict::Totals{}) + "\n");
}

TEST(TextReport, NamesEachOfSeveralProcesses) {
  auto verdict = rich_verdict();
  verdict.dumps.push_back(verdict.dumps[1]);
  verdict.dumps[2].pid = 4713;
  const std::string text = text_report(verdict, rich_options());
  EXPECT_HAS(
      text, "leakhook: 5 leaks in 3 processes\n\nservice (pid 4711)  /srv/bin/service --port 80\n");
  EXPECT_HAS(text, "\nworker (pid 4712)  /srv/bin/worker\n\n[5] 1 file not closed\n");
  EXPECT_HAS(text, "\nworker (pid 4713): no leaks  /srv/bin/worker\n");
}

TEST(TextReport, GivesALineToWhatWasLeftOut) {
  const std::string text = text_report(rich_verdict(), rich_options());
  EXPECT_HAS(text,
             "\nsuppressed: 1 stack: 2 other resources, by 1 rule\n"
             "in the baseline: 1 stack: 200 bytes in 5 blocks\n"
             "allowed: 1 stack: 1 other resource\nnot judged: 136 stacks: ");
  EXPECT_HAS(text,
             "\ngone from the baseline: heap/lost in mended < main\n"
             "note: service (4711): stacks_lost: 3 (the table of stacks was full)\n"
             "note: unused suppression: leak:never (rules.txt:1)\n");
  EXPECT_HAS_NOT(text, "open_log");
  EXPECT_HAS_NOT(text, "old_leak");
  EXPECT_HAS(text,
             "\n  - 200 bytes in 2 blocks definitely lost: inflateInit_ (libz.so.1) "
             "[third party: libz.so.1]\n");
  EXPECT_HAS(text, "\n  - 3 more\n");
}

TEST(TextReport, TellsEverythingWhenAsked) {
  ReportOptions options = rich_options();
  options.everything = true;
  const std::string text = text_report(rich_verdict(), options);
  EXPECT_HAS(text, "2 files not closed [suppressed]\n");
  EXPECT_HAS(text, "> #0 open_log() src/log.cc:5 (service)\n");
  EXPECT_HAS(text, "old_leak()");
}

TEST(TextReport, IsColouredWhenAsked) {
  ReportOptions options;
  EXPECT_HAS_NOT(text_report(leaking_verdict(), options), "\x1b");
  options.colour = true;
  const std::string text = text_report(leaking_verdict(), options);
  EXPECT_HAS(text, "\x1b[1;31m3 sockets not closed\x1b[0m\n");
  EXPECT_HAS(text_report(clean_verdict(), options), "\x1b[1;32mleakhook: no leaks");
}

TEST(TextReport, SaysThatNothingCouldBeDecided) {
  auto verdict = clean_verdict();
  verdict.undecided = "reachability is unknown: no memory";
  EXPECT_HAS(text_report(verdict, {}), "leakhook: undecided: reachability is unknown: no memory\n");
  add(&verdict, 0, held(Kind::file, 1, {}), Decision::fails);
  EXPECT_HAS(text_report(verdict, {}), "leakhook: 1 leak in service (pid 4711)\n");
  EXPECT_HAS(text_report(verdict, {}), "\n      (no stack)\n");
  EXPECT_HAS(text_report(verdict, {}), "\nundecided: reachability is unknown: no memory\n");
}

TEST(HtmlReport, PutsTextsWhereTheyAreHarmless) {
  const std::string page = html_report(hostile_verdict(), hostile_options());
  EXPECT_HAS_NOT(page, "<script>throw");
  EXPECT_HAS_NOT(page, "<img");
  EXPECT_HAS(page, "<title>1 leak and 1 misuse in a&lt;/script&gt;&lt;script&gt;throw &#39;ran&#39;");
  EXPECT_HAS(page, "\\u003c/script>\\u003cscript>throw 'ran'");
}

TEST(HtmlReport, LeavesNoMarkOfTheShell) {
  const std::string page = html_report(clean_verdict(), {});
  for (const char* mark : {"@TITLE@", "@STATE@", "@VERSION@", "@SUMMARY@", "@FILES@", "@TEXT@",
                           "@MODEL@", "@STYLE", "@SCRIPT"})
    EXPECT_HAS_NOT(page, mark);
}

TEST(HtmlReport, NeverReadsMarksInNames) {
  auto verdict = clean_verdict();
  verdict.dumps[0].program = "@MODEL@";
  EXPECT_HAS(html_report(verdict, {}), "<title>no leaks in @MODEL@ (pid 4711) ·");
}

}  // namespace
}  // namespace leakhook::report
