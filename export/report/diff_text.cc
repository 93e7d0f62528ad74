// SPDX-License-Identifier: Apache-2.0
// How is the difference of two pictures told to people?
#include "diff_text.h"

#include <algorithm>
#include <cstdio>

#include "phrases.h"
#include "time_text.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Amount;
using verdict::Change;
using verdict::StackChange;

bool has_bytes(Kind kind) { return kind == Kind::heap || kind == Kind::mapping; }

std::string signed_text(std::int64_t number, const std::string& text) {
  return (number > 0 ? "+" : "") + text;
}

std::string signed_bytes(std::int64_t bytes) {
  return bytes < 0 ? "-" + bytes_text(-bytes) : signed_text(bytes, bytes_text(bytes));
}

/// "1.2 KiB in 15", "3".
std::string amount(Kind kind, const Amount& amount) {
  const std::string count = number_text(amount.count);
  return has_bytes(kind) ? bytes_text(amount.bytes) + " in " + count : count;
}

/// "+1.2 KiB in +12", "+3".
std::string growth(Kind kind, const Amount& growth) {
  const std::string count = signed_text(growth.count, number_text(growth.count));
  return has_bytes(kind) ? signed_bytes(growth.bytes) + " in " + count : count;
}

std::string dump_line(const char* name, const verdict::Dump& dump) {
  std::string line = std::string(name) + process_text(dump);
  if (dump.time_ns != 0) line += ", " + utc_text(dump.time_ns) + "Z";
  if (dump.sample_bytes > 1)
    line += ", one heap block per " + bytes_text(dump.sample_bytes) + " sampled: estimates";
  return line + "\n";
}

std::string loop_text(const StackChange& change, std::int64_t loop) {
  if (loop <= 0 || (change.change != Change::fresh && change.change != Change::grown)) return "";
  const double each = verdict::per_iteration(change, loop);
  if (each == 0) return ", once";
  char text[64];
  const bool are_bytes = change.growth().count == 0;
  std::snprintf(text, sizeof text, ", %.4g%s in each iteration", each, are_bytes ? " bytes" : "");
  return text;
}

class DiffText {
 public:
  DiffText(const verdict::DumpDiff& diff, const DiffTextOptions& options)
      : diff_(diff), options_(options) {}

  std::string stacks() {
    for (const verdict::KindChange& kind : diff_.kinds) add_kind(kind);
    return std::move(out_);
  }

 private:
  bool fails(const StackChange& change) const {
    return verdict::matches(change, options_.fail_on, options_.loop);
  }

  void add_kind(const verdict::KindChange& kind) {
    out_ += std::string("\n") + row_of(kind.kind).label + ": " + amount(kind.kind, kind.before) +
            " -> " + amount(kind.kind, kind.after) + "  (" +
            growth(kind.kind, kind.after - kind.before) + ")\n";
    std::size_t shown = 0, left_out = 0;
    for (const StackChange& change : diff_.stacks) {
      if (change.key.kind != kind.kind || change.change == Change::same) continue;
      const bool is_shown = options_.most == 0 || shown < options_.most || fails(change);
      if (is_shown) add_stack(change);
      (is_shown ? shown : left_out) += 1;
    }
    if (left_out > 0)
      out_ += "\n  and " + counted(static_cast<std::int64_t>(left_out), "more stack") +
              " that changed (--rows)\n";
  }

  void add_stack(const StackChange& change) {
    const Kind kind = change.key.kind;
    out_ += std::string("\n  ") + text_of(change.change) + " " + growth(kind, change.growth()) +
            "  (" + amount(kind, change.before) + " -> " + amount(kind, change.after) + ")" +
            loop_text(change, options_.loop) + (fails(change) ? "  [fails]" : "");
    if (!change.key.program.empty()) out_ += "  " + visible(change.key.program);
    out_ += "\n";
    for (const verdict::Frame& frame : change.stack) out_ += "    " + visible(frame_text(frame)) + "\n";
  }

  const verdict::DumpDiff& diff_;
  const DiffTextOptions& options_;
  std::string out_;
};

std::string summary(const verdict::DumpDiff& diff, const DiffTextOptions& options) {
  std::string line = "SUMMARY: leakhook diff: ";
  for (const Change change : {Change::fresh, Change::grown, Change::shrunk, Change::gone})
    line += std::to_string(diff.count_of(change)) + " " + text_of(change) + ", ";
  line += std::to_string(diff.count_of(Change::same)) + " unchanged stack(s)";
  if (options.fail_on.empty()) return line + "\n";
  const auto failing = std::count_if(
      diff.stacks.begin(), diff.stacks.end(), [&](const StackChange& change) {
        return verdict::matches(change, options.fail_on, options.loop);
      });
  return line + "; " + std::to_string(failing) + " fail\n";
}

}  // namespace

std::string diff_text(const verdict::DumpDiff& diff, const std::vector<verdict::Dump>& before,
                      const std::vector<verdict::Dump>& after, const DiffTextOptions& options) {
  std::string text;
  for (const verdict::Dump& dump : before) text += dump_line("before  ", dump);
  for (const verdict::Dump& dump : after) text += dump_line("after   ", dump);
  text += DiffText(diff, options).stacks();
  return text + "\n" + summary(diff, options);
}

}  // namespace leakhook::report
