// SPDX-License-Identifier: Apache-2.0
// How is one root cause told in lines? A stack below it is told only as far as it differs.
#include "cause_text.h"

#include <algorithm>

#include "root_causes.h"
#include "source_place.h"

namespace leakhook::report {
namespace {

using verdict::Stack;

/// Frames at the outer ends of two stacks that are the same.
std::size_t shared_frames(const Stack& a, const Stack& b) {
  const auto ends = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  return static_cast<std::size_t>(ends.first - a.rbegin());
}

class CauseLines {
 public:
  CauseLines(const verdict::Dump& dump, const ReportOptions& options, Paint paint)
      : is_estimate_(dump.sample_bytes > 1), options_(options), paint_(paint) {}

  std::vector<std::string> lines(const RootCause& cause) {
    add_details(cause.root(), "");
    const Stack root = from_root(cause.root().holding.stack, options_);
    add_stack(root, 0, "");
    for (std::size_t i = 1; i < cause.parts.size(); ++i) add_below(cause.parts[i], root);
    return std::move(lines_);
  }

 private:
  void add_below(const Part& part, const Stack& root) {
    lines_.push_back("below: " + paint_.strong(headline(part.holding, is_estimate_)));
    add_details(part, "  ");
    const Stack stack = from_root(part.holding.stack, options_);
    const std::size_t shared = shared_frames(stack, root);
    add_stack(stack, shared >= 2 ? shared : 0, "  ");
    if (shared >= 2)
      lines_.push_back("    then as above from #" + std::to_string(root.size() - shared));
  }

  void add_details(const Part& part, const std::string& indent) {
    const std::vector<Detail> all = details(part, options_.policy.loop);
    std::size_t width = 0;
    for (const Detail& detail : all) width = std::max(width, detail.name.size());
    for (const Detail& detail : all)
      lines_.push_back(indent + paint_.faint(detail.name) +
                       std::string(width + 2 - detail.name.size(), ' ') + detail.text);
  }

  void add_stack(const Stack& stack, std::size_t left_out, const std::string& indent) {
    for (const std::string& line : stack_lines(stack, left_out, options_, paint_))
      lines_.push_back(indent + line);
  }

  const bool is_estimate_;
  const ReportOptions& options_;
  const Paint paint_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> stack_lines(const Stack& stack, std::size_t left_out,
                                     const ReportOptions& options, Paint paint) {
  if (stack.empty()) return {"  (no stack)"};
  std::vector<std::string> lines;
  const auto place = source_place(stack, options);
  for (std::size_t i = 0; i + left_out < stack.size(); ++i) {
    const bool is_place = place && i == place->frame;
    const std::string text = frame_text(stack[i]);
    lines.push_back((is_place ? "> " : "  ") + paint.faint("#" + std::to_string(i)) + " " +
                    (is_place ? paint.strong(text) : text));
  }
  return lines;
}

std::vector<std::string> cause_lines(const RootCause& cause, const verdict::Dump& dump,
                                     const ReportOptions& options, Paint paint) {
  return CauseLines(dump, options, paint).lines(cause);
}

std::string cause_headline(const RootCause& cause, const verdict::Dump& dump) {
  return headline(cause.root().holding, dump.sample_bytes > 1) + below_text(cause);
}

std::string cause_place(const RootCause& cause, const ReportOptions& options) {
  return stack_place(cause.root().holding.stack, options);
}

std::string stack_place(const Stack& stack, const ReportOptions& options) {
  if (const auto place = source_place(stack, options))
    return place->function + " " + place->file + ":" + std::to_string(place->line);
  return stack.empty() ? "no stack" : frame_text(stack[0]);
}

}  // namespace leakhook::report
