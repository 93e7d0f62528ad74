// SPDX-License-Identifier: Apache-2.0
// How do CI systems show leaks beside their tests? Each root cause that fails is a failed testcase,
// under a name that is the same in every run.
#include <cstdio>
#include <map>
#include <pugixml.hpp>
#include <sstream>

#include "aside.h"
#include "cause_text.h"
#include "misuse_text.h"
#include "reports.h"
#include "root_causes.h"
#include "source_place.h"
#include "time_text.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Decision;

struct Counts {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  void write(pugi::xml_node node) const {
    node.append_attribute("tests") = tests;
    node.append_attribute("failures") = failures;
    node.append_attribute("errors") = errors;
    node.append_attribute("skipped") = 0;
  }
};

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

class JunitReport {
 public:
  JunitReport(const verdict::Verdict& verdict, const ReportOptions& options)
      : verdict_(verdict), options_(options), causes_(root_causes(verdict)) {}

  std::string text() {
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    pugi::xml_node suites = document.append_child("testsuites");
    suites.append_attribute("name") = "leakhook";
    for (std::size_t i = 0; i < verdict_.dumps.size(); ++i) add_suite(suites, i);
    if (verdict_.dumps.empty() || !verdict_.undecided.empty()) add_whole_run(suites);
    all_.write(suites);
    add_time(suites);
    std::ostringstream out;
    document.save(out, "  ", pugi::format_indent, pugi::encoding_utf8);
    return out.str();
  }

 private:
  void add_time(pugi::xml_node node) const {
    if (options_.run_seconds >= 0)
      node.append_attribute("time") = seconds_text(options_.run_seconds).c_str();
  }

  /// Programs of one name are told apart by a number that counts them.
  std::string suite_name(const verdict::Dump& dump) {
    std::string name = dump.program.empty() ? "process" : visible(dump.program);
    const int number = ++programs_[name];
    return number == 1 ? name : name + " " + std::to_string(number);
  }

  void add_suite(pugi::xml_node suites, std::size_t index) {
    const verdict::Dump& dump = verdict_.dumps[index];
    pugi::xml_node suite = suites.append_child("testsuite");
    const std::string name = suite_name(dump);
    suite.append_attribute("name") = name.c_str();
    Counts counts;
    for (const RootCause& cause : causes_) {
      if (cause.dump != index || cause.decision != Decision::fails) continue;
      ++counts.tests;
      ++counts.failures;
    }
    const auto misuses = of_process(told_misuses(verdict_, Decision::fails), index);
    counts.tests += static_cast<int>(misuses.size());
    counts.failures += static_cast<int>(misuses.size());
    const bool is_clean = counts.tests == 0;
    if (is_clean) ++counts.tests;
    close_head(suite, counts);
    if (dump.time_ns > 0) suite.append_attribute("timestamp") = utc_text(dump.time_ns).c_str();
    add_property(suite.append_child("properties"), "pid", std::to_string(dump.pid));
    add_property(suite.child("properties"), "command", visible(dump.command));
    if (is_clean) add_case(suite, name, "no leaks");
    std::map<std::string, int> names;
    for (const RootCause& cause : causes_)
      if (cause.dump == index && cause.decision == Decision::fails)
        add_leak(suite, name, cause, &names);
    for (const ToldMisuse& told : misuses) add_misuse(suite, name, told, &names);
    if (index == 0) add_asides(suite);
  }

  void close_head(pugi::xml_node suite, const Counts& counts) {
    counts.write(suite);
    add_time(suite);
    if (!options_.host.empty()) suite.append_attribute("hostname") = visible(options_.host).c_str();
    all_.tests += counts.tests;
    all_.failures += counts.failures;
    all_.errors += counts.errors;
  }

  static void add_property(pugi::xml_node properties, const char* name, const std::string& value) {
    pugi::xml_node property = properties.append_child("property");
    property.append_attribute("name") = name;
    property.append_attribute("value") = value.c_str();
  }

  static pugi::xml_node add_case(pugi::xml_node suite, const std::string& group,
                                 const std::string& name) {
    pugi::xml_node test = suite.append_child("testcase");
    test.append_attribute("classname") = ("leakhook." + group).c_str();
    test.append_attribute("name") = name.c_str();
    test.append_attribute("time") = "0";
    return test;
  }

  /// What a failed testcase tells.
  struct Failure {
    std::string rule;
    const verdict::Stack& stack;
    std::string fingerprint;
    std::string headline;
    std::vector<std::string> lines;
  };

  void add_failure(pugi::xml_node suite, const std::string& group, const Failure& told,
                   std::map<std::string, int>* names) {
    const auto place = source_place(told.stack, options_);
    const std::string function = place                ? place->function
                                 : told.stack.empty() ? "unknown"
                                                      : told.stack[0].function;
    std::string name = told.rule + " in " + function + " [" + told.fingerprint + "]";
    if (const int number = ++(*names)[name]; number > 1) name += " " + std::to_string(number);
    pugi::xml_node test = add_case(suite, group, name);
    if (place) {
      test.append_attribute("file") = place->file.c_str();
      test.append_attribute("line") = static_cast<long long>(place->line);
    }
    pugi::xml_node failure = test.append_child("failure");
    failure.append_attribute("message") = told.headline.c_str();
    failure.append_attribute("type") = told.rule.c_str();
    std::string text = "\n";
    for (const std::string& line : told.lines) text += line + "\n";
    failure.text().set(text.c_str());
  }

  void add_leak(pugi::xml_node suite, const std::string& group, const RootCause& cause,
                std::map<std::string, int>* names) {
    const verdict::Holding& root = cause.root().holding;
    const verdict::Dump& dump = verdict_.dumps[cause.dump];
    add_failure(suite, group,
                {rule_of(root), root.stack, cause.root().fingerprint, cause_headline(cause, dump),
                 cause_lines(cause, dump, options_, Paint{})},
                names);
  }

  void add_misuse(pugi::xml_node suite, const std::string& group, const ToldMisuse& told,
                  std::map<std::string, int>* names) {
    add_failure(suite, group,
                {told.rule, told.misuse.stack, told.fingerprint, misuse_headline(told),
                 misuse_lines(told, options_, Paint{})},
                names);
  }

  /// What no process of its own can say: nothing could be looked at, or not all that was asked for.
  void add_whole_run(pugi::xml_node suites) {
    pugi::xml_node suite = suites.append_child("testsuite");
    suite.append_attribute("name") = "leakhook";
    const bool is_decided = verdict_.undecided.empty();
    close_head(suite, {1, 0, is_decided ? 0 : 1});
    pugi::xml_node test = add_case(suite, "run", is_decided ? "no leaks" : "verdict is possible");
    if (!is_decided)
      test.append_child("error").append_attribute("message") = visible(verdict_.undecided).c_str();
    if (verdict_.dumps.empty()) add_asides(suite);
  }

  void add_asides(pugi::xml_node suite) const {
    std::string text;
    for (const Detail& aside : asides(verdict_, causes_))
      text += aside.name + ": " + aside.text + "\n";
    for (const ToldMisuse& told : told_misuses(verdict_, Decision::shown))
      text += "misuse (does not fail): " + misuse_headline(told) + ", in " +
              process_text(verdict_.dumps[told.dump]) + ", at " +
              stack_place(told.misuse.stack, options_) + "\n";
    text += verdict::summary_line(verdict_.totals) + "\n";
    suite.append_child("system-out").text().set(text.c_str());
  }

  const verdict::Verdict& verdict_;
  const ReportOptions& options_;
  const std::vector<RootCause> causes_;
  std::map<std::string, int> programs_;
  Counts all_;
};

}  // namespace

std::string junit_report(const verdict::Verdict& verdict, const ReportOptions& options) {
  return JunitReport(verdict, options).text();
}

}  // namespace leakhook::report
