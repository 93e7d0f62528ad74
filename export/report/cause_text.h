// SPDX-License-Identifier: Apache-2.0
// How is one root cause told in lines? What is known of it, its stack, and what hangs below.
#pragma once
#include <string>
#include <vector>

#include "phrases.h"

namespace leakhook::report {

struct ReportOptions;

/// Escape sequences of terminals where they are wanted.
struct Paint {
  bool is_on = false;
  std::string bad(const std::string& text) const { return with("1;31", text); }
  std::string good(const std::string& text) const { return with("1;32", text); }
  std::string warning(const std::string& text) const { return with("1;33", text); }
  std::string strong(const std::string& text) const { return with("1", text); }
  std::string faint(const std::string& text) const { return with("2", text); }

 private:
  std::string with(const char* code, const std::string& text) const {
    return is_on ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
};

/// All but the headline. The frame to look at first is marked with '>'.
std::vector<std::string> cause_lines(const RootCause& cause, const verdict::Dump& dump,
                                     const ReportOptions& options, Paint paint);

/// A stack without its outermost `left_out` frames; the frame to look at first is marked with '>'.
std::vector<std::string> stack_lines(const verdict::Stack& stack, std::size_t left_out,
                                     const ReportOptions& options, Paint paint);

/// "48.0 KiB in 512 blocks definitely lost, and 12.0 KiB in 64 blocks below".
std::string cause_headline(const RootCause& cause, const verdict::Dump& dump);

/// "make_session src/session.cc:42": where to look first; "no stack" when nothing is known.
std::string cause_place(const RootCause& cause, const ReportOptions& options);
std::string stack_place(const verdict::Stack& stack, const ReportOptions& options);

}  // namespace leakhook::report
