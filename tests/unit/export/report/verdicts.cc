// SPDX-License-Identifier: Apache-2.0
// Verdicts as a judge might have spoken them: a service with two processes that leaks some of
// everything, and one whose names attack the reports.
#include "verdicts.h"

#include <cstdio>
#include <utility>

namespace leakhook::report {

using verdict::Decision;
using verdict::Holding;
using verdict::Stack;
using verdict::Verdict;
using verdict::Word;

const std::string kHostile =
    "a</script><script>throw 'ran'</script><img src=x onerror=throw(1)>\"'&]]>\n::error::x\r"
    "```|`@you\x1b[31m\x01\t\x7f\xc2\x85\xe2\x80\xae\xe2\x80\xa8\xef\xbf\xbf\xef\xbb\xbf\xff%0A,:z";

namespace {

std::string next_fingerprint(const Verdict& verdict) {
  char text[17];
  std::snprintf(text, sizeof text, "%016zx", 0x1111111111111111u + verdict.findings.size());
  return text;
}

verdict::Dump process(pid_t pid, const std::string& program, const std::string& arguments) {
  verdict::Dump dump;
  dump.pid = pid;
  dump.program = program;
  dump.command = "/srv/bin/" + program + arguments;
  dump.time_ns = 1'700'000'000'000'000'000;
  dump.is_reach_known = true;
  dump.reach_remark = "done, 12 ms pause, 310 MiB scanned in 160 ms";
  dump.comments = {"leakhook 0.1.0", "mode: exact", "pid: " + std::to_string(pid),
                   "reachability: " + dump.reach_remark};
  return dump;
}

/// To the first process.
void add_misuse(Verdict* verdict, verdict::Misuse misuse, Decision decision) {
  const std::size_t index = verdict->dumps[0].misuses.size();
  verdict->dumps[0].misuses.push_back(std::move(misuse));
  verdict->misuses.push_back({0, index, decision, "", "2222222222222222"});
}

Stack session_stack() {
  return service_stack(
      {frame("operator new(unsigned long)", "", 0, "/usr/lib/libstdc++.so.6"),
       frame("std::make_unique<Session>()", "/usr/include/c++/12/bits/unique_ptr.h", 1065),
       frame("make_session(Connection&)", "/srv/src/session.cc", 42)});
}

void add_session_leak(Verdict* verdict) {
  for (const char* thread : {"worker-1", "worker-2"}) {
    Holding root = blocks(Word::definite, 256, 96, session_stack());
    root.thread = thread;
    root.leak = 7;
    root.youngest_s = 4;
    root.oldest_s = thread[7] == '1' ? 64 : 256;
    add(verdict, 0, root, Decision::fails).finding.reason = "";
  }
  Holding below =
      blocks(Word::indirect, 64, 192,
             service_stack({frame("Buffer::grow(unsigned long)", "/srv/src/buffer.cc", 19),
                            frame("make_session(Connection&)", "/srv/src/session.cc", 47)}));
  below.thread = "worker-1";
  below.leak = 7;
  add(verdict, 0, below, Decision::fails);
}

void add_socket_leak(Verdict* verdict) {
  Holding sockets = held(Kind::socket, 3,
                         service_stack({frame("socket", "", 0, "/usr/lib/libc.so.6"),
                                        frame("db::connect()", "/srv/src/db.cc", 88)}));
  sockets.fds = {7, 8, 12};
  sockets.peers = {"10.0.0.5:5432"};
  sockets.thread = "worker-1";
  sockets.oldest_s = sockets.youngest_s = 16;
  add(verdict, 0, sockets, Decision::fails);
}

/// Enough stacks of all sizes and ages to fill tables and flames.
void add_crowd(Verdict* verdict) {
  static constexpr const char* kParts[] = {"parse", "route", "cache", "render", "log", "store"};
  for (int i = 0; i < 150; ++i) {
    const std::string part = kParts[i % 6];
    Stack inner{frame("malloc", "", 0, "/usr/lib/libc.so.6")};
    for (int level = 0; level < 1 + i % 4; ++level)
      inner.push_back(frame(part + "::step_" + std::to_string((i * 7 + level) % 23) + "(Request&)",
                            "/srv/src/" + part + ".cc", 10 + (i * 13 + level) % 400));
    if (i % 5 == 0) inner.push_back(frame("z_inflate", "", 0, "/usr/lib/libz.so.1"));
    const Word word = i % 11 == 0 ? Word::possible : Word::reachable;
    Holding holding = blocks(word, 1 + i * i % 300, 16 + (i * 37) % 5000, service_stack(inner));
    holding.oldest_s = std::int64_t{1} << (i % 18);
    holding.youngest_s = holding.oldest_s / 4;
    holding.thread = i % 3 ? "worker-" + std::to_string(i % 3) : "main";
    add(verdict, 0, holding, word == Word::possible ? Decision::shown : Decision::not_judged);
  }
}

void add_other_kinds(Verdict* verdict) {
  Holding log = held(Kind::file, 2, service_stack({frame("open_log()", "/srv/src/log.cc", 5)}));
  log.fds = {3, 4};
  log.paths = {"/var/log/service.log"};
  add(verdict, 0, log, Decision::suppressed).finding.reason = "fd:open_log (rules.txt:2)";
  Holding mapping =
      held(Kind::mapping, 1, service_stack({frame("map_index()", "/srv/src/index.cc", 70)}));
  mapping.bytes = 8 << 20;
  add(verdict, 0, mapping, Decision::fails);
  Holding thread =
      held(Kind::thread, 1, service_stack({frame("start_ticker()", "/srv/src/tick.cc", 9)}));
  thread.thread = "ticker";
  thread.oldest_s = thread.youngest_s = 1024;
  add(verdict, 0, thread, Decision::fails);
  add(verdict, 0, held(Kind::timer, 1, service_stack({frame("arm()", "/srv/src/tick.cc", 31)})),
      Decision::allowed)
      .finding.reason = "allowed: timer<=1";
  Holding known =
      blocks(Word::definite, 5, 40, service_stack({frame("old_leak()", "/srv/src/old.cc", 3)}));
  known.leak = 9;
  add(verdict, 0, known, Decision::in_baseline);
  Holding foreign =
      blocks(Word::definite, 2, 100, {frame("inflateInit_", "", 0, "/usr/lib/libz.so.1")});
  foreign.leak = 10;
  auto added = add(verdict, 0, foreign, Decision::shown);
  added.finding.is_own = false;
  added.finding.reason = "third party: libz.so.1";
}

}  // namespace

verdict::Frame frame(std::string function, std::string file, std::int64_t line,
                     std::string module) {
  std::string system_name = "_Z" + std::to_string(function.size()) + function;
  return {std::move(function), std::move(system_name), std::move(file), line, std::move(module)};
}

Stack service_stack(Stack inner) {
  inner.push_back(frame("serve(Connection&)", "/srv/src/server.cc", 118));
  inner.push_back(frame("main", "/srv/src/main.cc", 9));
  return inner;
}

Added add(Verdict* verdict, std::size_t dump, Holding holding, Decision decision) {
  verdict::Finding finding;
  finding.dump = dump;
  finding.holding = verdict->dumps[dump].holdings.size();
  finding.decision = decision;
  finding.new_count = holding.count;
  finding.new_bytes = holding.bytes;
  finding.fingerprint = next_fingerprint(*verdict);
  verdict->dumps[dump].holdings.push_back(std::move(holding));
  verdict->findings.push_back(std::move(finding));
  verdict->has_leaks |= decision == Decision::fails;
  return {verdict->dumps[dump].holdings.back(), verdict->findings.back()};
}

Holding blocks(Word word, std::int64_t count, std::int64_t size, Stack stack) {
  Holding holding;
  holding.kind = Kind::heap;
  holding.word = word;
  holding.count = count;
  holding.bytes = count * size;
  holding.sizes = {size};
  holding.stack = std::move(stack);
  return holding;
}

Holding held(Kind kind, std::int64_t count, Stack stack) {
  Holding holding;
  holding.kind = kind;
  holding.count = count;
  holding.stack = std::move(stack);
  return holding;
}

Verdict clean_verdict() {
  Verdict verdict;
  verdict.dumps.push_back(process(4711, "service", " --port 80"));
  return verdict;
}

Verdict leaking_verdict() {
  Verdict verdict = clean_verdict();
  add_session_leak(&verdict);
  add_socket_leak(&verdict);
  verdict.totals = {61440, 576, 3, 0, 0, 0};
  return verdict;
}

Verdict rich_verdict() {
  Verdict verdict = leaking_verdict();
  verdict.dumps.push_back(process(4712, "worker", ""));
  add_other_kinds(&verdict);
  add_crowd(&verdict);
  Holding file = held(Kind::file, 1, service_stack({frame("load()", "/srv/src/load.cc", 12)}));
  file.fds = {5};
  file.paths = {"/etc/service.conf"};
  add(&verdict, 1, file, Decision::fails);
  verdict.uses = {{0, 0, 0}, {1, 2, 0}};
  verdict.gone = {{"heap/lost", {"mended", "main"}, 2, 20}};
  verdict.remarks = {"service (4711): stacks_lost: 3 (the table of stacks was full)",
                     "unused suppression: leak:never (rules.txt:1)"};
  verdict.dumps[0].files = {{"heap", "/tmp/leakhook.service.4711.0001.heap.pb.gz", "\x1f\x8bheap"},
                            {"fd", "", std::string("\x1f\x8b\0\xff", 4)}};
  verdict.totals = {61440, 576, 4, 1, 0, 1};
  return verdict;
}

ReportOptions rich_options() {
  ReportOptions options;
  options.source_root = "/srv";
  options.policy.fail_on = {{Kind::socket, Kind::file, Kind::thread},
                            {Word::definite, Word::indirect}};
  options.policy.suppressions = {{"leak", "never", "rules.txt:1", "leak:never"},
                                 {"fd", "open_log", "rules.txt:2", "fd:open_log"}};
  options.policy.baseline = {{"heap/lost", {"old_leak"}, 5, 200}};
  options.policy.allowances = {{"timer<=1", {Kind::timer}, {}, false, 1}};
  options.host = "builder";
  options.run_seconds = 1.5;
  return options;
}

Verdict misusing_verdict(Decision decision) {
  Verdict verdict = clean_verdict();
  verdict::Misuse misuse;
  misuse.misuse = MisuseKind::double_close;
  misuse.kind = Kind::socket;
  misuse.count = 3;
  misuse.thread = "worker-1";
  misuse.stack = service_stack({frame("hang_up(Connection&)", "/srv/src/connection.cc", 31)});
  misuse.closed = service_stack({frame("time_out(Connection&)", "/srv/src/timeout.cc", 77)});
  misuse.opened = service_stack({frame("accept_one(int)", "/srv/src/listener.cc", 12)});
  add_misuse(&verdict, misuse, decision);
  verdict.has_leaks = decision == Decision::fails;
  return verdict;
}

Verdict hostile_verdict() {
  Verdict verdict;
  verdict::Dump dump = process(1, kHostile, kHostile);
  dump.reach_remark = kHostile;
  dump.comments = dump.losses = {kHostile};
  dump.files = {{kHostile, "", "x"}, {"heap", "/tmp/" + kHostile, "x"}};
  verdict.dumps = {dump};
  const verdict::Frame bad{kHostile, kHostile, "/srv/" + kHostile, 3, "/lib/" + kHostile};
  for (const Decision decision : {Decision::fails, Decision::shown, Decision::suppressed}) {
    Holding holding = held(Kind::socket, 1, {bad, bad});
    holding.origin = holding.state = holding.thread = holding.mark = kHostile;
    holding.paths = holding.peers = {kHostile};
    auto added = add(&verdict, 0, holding, decision);
    added.finding.reason = added.finding.fingerprint = kHostile;
  }
  for (const Decision decision : {Decision::fails, Decision::shown, Decision::suppressed})
    add_misuse(&verdict,
               {MisuseKind::foreign_close, Kind::file, 1, 1, kHostile, {bad}, {bad}, {bad}},
               decision);
  for (verdict::MisuseFinding& finding : verdict.misuses)
    finding.reason = finding.fingerprint = kHostile;
  verdict.uses = {{0, 0, 0}};
  verdict.gone = {{kHostile, {kHostile, kHostile}, 1, 1}};
  verdict.remarks = {kHostile};
  verdict.undecided = kHostile;
  verdict.totals.fds = 1;
  return verdict;
}

ReportOptions hostile_options() {
  ReportOptions options;
  options.source_root = "/srv";
  options.host = kHostile;
  options.policy.suppressions = {{kHostile, kHostile, kHostile, kHostile}};
  options.policy.allowances = {{kHostile, {}, {}, false, 1}};
  options.policy.own = {kHostile};
  options.policy.mark = kHostile;
  return options;
}

}  // namespace leakhook::report
