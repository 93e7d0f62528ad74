// SPDX-License-Identifier: Apache-2.0
// Writes each report of each test verdict into a folder, for tests that read them as others would:
// make_reports FOLDER makes FOLDER/VERDICT.SUFFIX.
#include <cstdio>
#include <fstream>

#include "verdicts.h"

namespace {

using namespace leakhook::report;

struct Form {
  const char* suffix;
  Report* report;
};
constexpr Form kForms[] = {{"txt", text_report},    {"xml", junit_report},
                           {"sarif", sarif_report}, {"github", github_report},
                           {"md", markdown_report}, {"html", html_report},
                           {"json", json_report}};

bool write_all(const std::string& stem, const leakhook::verdict::Verdict& verdict,
               const ReportOptions& options) {
  for (const Form& form : kForms) {
    std::ofstream file(stem + "." + form.suffix, std::ios::binary);
    file << form.report(verdict, options);
    if (!file.flush()) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const std::string folder = argv[1];
  const bool is_written =
      write_all(folder + "/clean", clean_verdict(), ReportOptions{}) &&
      write_all(folder + "/leaking", leaking_verdict(), ReportOptions{}) &&
      write_all(folder + "/rich", rich_verdict(), rich_options()) &&
      write_all(folder + "/misuse_shown", misusing_verdict(leakhook::verdict::Decision::shown),
                rich_options()) &&
      write_all(folder + "/misuse_fails", misusing_verdict(leakhook::verdict::Decision::fails),
                rich_options()) &&
      write_all(folder + "/hostile", hostile_verdict(), hostile_options());
  if (!is_written) std::perror(argv[1]);
  return is_written ? 0 : 1;
}
