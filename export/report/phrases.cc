// SPDX-License-Identifier: Apache-2.0
// In which words are findings told? Those of valgrind for blocks, plain ones for the rest.
#include "phrases.h"

#include <cctype>
#include <cstdio>

#include "../base_name.h"
#include "root_causes.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Holding;
using verdict::Word;

struct Noun {
  const char* one;
  const char* many;
  const char* left;  ///< what the program did not do
};

Noun noun_of(Kind kind) {
  switch (kind) {
    case Kind::heap:
      return {"block", "blocks", "not freed"};
    case Kind::mapping:
      return {"mapping", "mappings", "not unmapped"};
    case Kind::file:
      return {"file", "files", "not closed"};
    case Kind::directory:
      return {"directory", "directories", "not closed"};
    case Kind::pipe:
      return {"pipe end", "pipe ends", "not closed"};
    case Kind::eventfd:
      return {"eventfd", "eventfds", "not closed"};
    case Kind::timerfd:
      return {"timerfd", "timerfds", "not closed"};
    case Kind::signalfd:
      return {"signalfd", "signalfds", "not closed"};
    case Kind::epoll:
      return {"epoll descriptor", "epoll descriptors", "not closed"};
    case Kind::inotify:
      return {"inotify descriptor", "inotify descriptors", "not closed"};
    case Kind::memfd:
      return {"memfd", "memfds", "not closed"};
    case Kind::pidfd:
      return {"pidfd", "pidfds", "not closed"};
    case Kind::pty:
      return {"pseudoterminal", "pseudoterminals", "not closed"};
    case Kind::socket:
      return {"socket", "sockets", "not closed"};
    case Kind::other_fd:
      return {"other descriptor", "other descriptors", "not closed"};
    case Kind::thread:
      return {"thread", "threads", "not joined"};
    case Kind::timer:
      return {"timer", "timers", "not deleted"};
    case Kind::process:
      return {"child process", "child processes", "not waited for"};
    case Kind::library:
      return {"library handle", "library handles", "not closed"};
    case Kind::semaphore:
      return {"semaphore", "semaphores", "not closed"};
    case Kind::none:
    case Kind::count:
      break;
  }
  return {"resource", "resources", "not released"};
}

const char* acquired_by(Kind kind) {
  return kind == Kind::none || kind >= Kind::count ? "unknown means" : row_of(kind).text;
}

const char* fate_of(const Holding& holding) {
  if (holding.state == "running") return "still running and not joined";
  if (holding.state == "detached") return "still running, detached";
  if (holding.state == "ended") return "ended and not joined";
  switch (holding.word) {
    case Word::definite:
      return "definitely lost";
    case Word::indirect:
      return "indirectly lost";
    case Word::possible:
      return "possibly lost";
    case Word::reachable:
      return "still reachable";
    case Word::unknown:
      return "not freed, reachability unknown";
    case Word::open:
      break;
  }
  return noun_of(holding.kind).left;
}

std::string amount_text(Kind kind, std::int64_t count, std::int64_t bytes) {
  const Noun noun = noun_of(kind);
  const std::string number = number_text(count) + " " + (count == 1 ? noun.one : noun.many);
  return kind == Kind::heap || kind == Kind::mapping ? bytes_text(bytes) + " in " + number : number;
}

std::string amount_of(const Holding& holding, bool is_estimate) {
  return (is_estimate && holding.kind == Kind::heap ? "about " : "") +
         amount_text(holding.kind, holding.count, holding.bytes);
}

std::string origin_text(const std::string& origin) {
  if (origin.empty()) return "";
  return origin == "inherited" ? " (inherited)" : " (untracked: no hook saw it come)";
}

std::string span_text(const Holding& holding) {
  if (holding.youngest_s < 0) return age_text(holding.oldest_s) + " or more";
  const std::string from = age_text(holding.youngest_s);
  const std::string to = age_text(holding.oldest_s);
  return from == to ? from + " or more" : from + " to " + to + " or more";
}

std::string sizes_text(const std::vector<std::int64_t>& sizes) {
  if (sizes.size() == 1) return bytes_text(sizes[0]) + " each";
  return bytes_text(sizes.front()) + " to " + bytes_text(sizes.back()) + " each";
}

std::vector<std::string> texts_of(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> out;
  for (const std::int64_t number : numbers) out.push_back(std::to_string(number));
  return out;
}

void add_list(std::vector<Detail>* out, const std::vector<std::string>& texts, const char* one,
              const char* many) {
  if (!texts.empty()) out->push_back({texts.size() == 1 ? one : many, listed(texts)});
}

std::string loop_text(double per_iteration) {
  if (per_iteration <= 0) return "once, not in each iteration";
  char text[64];
  std::snprintf(text, sizeof text, "%.4g more in each iteration", per_iteration);
  return text;
}

}  // namespace

std::string number_text(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string counted(std::int64_t count, const std::string& one) {
  return number_text(count) + " " + one + (count == 1 ? "" : "s");
}

std::string bytes_text(std::int64_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return counted(bytes, "byte");
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string age_text(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 120 * 60) return std::to_string(seconds / 60) + " min";
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86400) + " d";
}

std::string listed(const std::vector<std::string>& texts, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < texts.size() && i < most; ++i) out += (i ? ", " : "") + texts[i];
  if (texts.size() > most) out += " and " + number_text(texts.size() - most) + " more";
  return out;
}

std::string headline(const Holding& holding, bool is_estimate) {
  return amount_of(holding, is_estimate) + " " + fate_of(holding) + origin_text(holding.origin);
}

std::string held_headline(const Holding& holding, bool is_estimate) {
  const bool is_reach_known = holding.word != Word::open && holding.word != Word::unknown;
  const char* const state = is_reach_known              ? fate_of(holding)
                            : holding.kind == Kind::heap ? "in use"
                                                         : "open";
  return amount_of(holding, is_estimate) + " " + state + origin_text(holding.origin);
}

std::string below_text(const RootCause& cause) {
  if (cause.parts.size() < 2) return "";
  return ", and " + amount_text(Kind::heap, cause.count_below(), cause.bytes_below()) + " below";
}

std::string frame_text(const verdict::Frame& frame) {
  std::string out = frame.function;
  if (!frame.file.empty()) {
    out += " " + frame.file;
    if (frame.line > 0) out += ":" + std::to_string(frame.line);
  }
  if (!frame.module.empty()) out += " (" + std::string(base_name(frame.module)) + ")";
  return out;
}

std::string process_text(const verdict::Dump& dump) {
  const std::string program = dump.program.empty() ? "process" : visible(dump.program);
  return dump.pid > 0 ? program + " (pid " + std::to_string(dump.pid) + ")" : program;
}

std::string rule_of(const Holding& holding) {
  if (holding.kind == Kind::none || holding.kind >= Kind::count) return "unknown";
  const std::string label = row_of(holding.kind).label;
  return holding.word == Word::open ? label : label + "/" + verdict::text_of(holding.word);
}

std::string rule_title(const Holding& holding) {
  std::string many = holding.kind == Kind::heap ? "heap blocks" : noun_of(holding.kind).many;
  many[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(many[0])));
  return many + " " + fate_of(holding);
}

std::string rule_meaning(const Holding& holding) {
  switch (holding.word) {
    case Word::definite:
      return "No pointer to these blocks is left anywhere: nobody can free them any more. Free "
             "them "
             "before the last pointer goes.";
    case Word::indirect:
      return "Only blocks that are lost themselves point to these blocks. Mend the leak of those.";
    case Word::possible:
      return "Only pointers into the middle of these blocks were found, which may be chance.";
    case Word::reachable:
      return "Pointers to these blocks are left, but nobody freed them.";
    case Word::unknown:
      return "These blocks were not freed; whether pointers to them are left was not found out.";
    case Word::open:
      break;
  }
  return std::string("The program still held them at the end. Acquired by: ") +
         acquired_by(holding.kind) + ".";
}

std::vector<Detail> details(const Part& part, std::int64_t loop) {
  const Holding& holding = part.holding;
  std::vector<Detail> out;
  if (!holding.sizes.empty() && holding.count > 1)
    out.push_back({"sizes", sizes_text(holding.sizes)});
  add_list(&out, texts_of(holding.fds), "descriptor", "descriptors");
  add_list(&out, holding.paths, "path", "paths");
  add_list(&out, holding.peers, "connected to", "connected to");
  if (holding.kind == Kind::thread)
    add_list(&out, part.threads, "name", "names");
  else
    add_list(&out, part.threads, "thread", "threads");
  if (holding.oldest_s >= 0) out.push_back({"age", span_text(holding)});
  add_list(&out, part.marks, "born in", "born in");
  if (part.new_count != holding.count && part.new_count > 0)
    out.push_back(
        {"new since the baseline", amount_text(holding.kind, part.new_count, part.new_bytes)});
  if (loop > 0) out.push_back({"loop", loop_text(part.per_iteration)});
  if (!part.reason.empty()) out.push_back({"because", part.reason});
  return out;
}

}  // namespace leakhook::report
