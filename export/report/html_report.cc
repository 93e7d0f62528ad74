// SPDX-License-Identifier: Apache-2.0
// What can one open in a browser, keep and send around? One page with everything in it, that asks
// no network for anything and runs no script but its own.
#include <nettle/base64.h>

#include "../../preload/contract/file_names.h"
#include "../base_name.h"
#include "aside.h"
#include "holdings_text.h"
#include "markup.h"
#include "misuse_text.h"
#include "page_model.h"
#include "page_shell.h"
#include "phrases.h"
#include "reports.h"
#include "root_causes.h"
#include "visible.h"

namespace leakhook::report {
namespace {

std::string base64_of(const std::string& bytes) {
  std::string out(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  base64_encode_raw(out.data(), bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  return out;
}

/// As it lay there, or as leakhook would have named it.
std::string file_name(const verdict::Dump& dump, const verdict::ProfileFile& file) {
  if (!file.path.empty()) return std::string(base_name(visible(file.path)));
  return "leakhook." + visible(dump.program) + "." + std::to_string(dump.pid) + "." +
         visible(file.name) + kProfileSuffix;
}

std::string files_of(const verdict::Dump& dump) {
  std::string out;
  for (const verdict::ProfileFile& file : dump.files) {
    const std::string name = markup_text(file_name(dump, file));
    out += "    <li><a download=\"" + name + "\" href=\"data:application/gzip;base64," +
           base64_of(file.bytes) + "\">" + name + " <small>" +
           bytes_text(static_cast<std::int64_t>(file.bytes.size())) + "</small></a></li>\n";
  }
  return out.empty() ? ""
                     : "<h3>" + markup_text(process_text(dump)) + "</h3>\n<ul class=\"files\">\n" +
                           out + "</ul>\n";
}

std::string all_files(const verdict::Verdict& verdict) {
  std::string out;
  for (const verdict::Dump& dump : verdict.dumps) out += files_of(dump);
  return out.empty() ? "<p class=\"note\">None was kept.</p>\n" : out;
}

std::string plain_text(const verdict::Verdict& verdict, ReportOptions options) {
  options.colour = false;
  return markup_text(verdict.is_judged ? text_report(verdict, options)
                                       : holdings_text(verdict, options, 0));
}

/// A section of its own, which needs no script; nothing when there is no misuse.
std::string misuses_of(const verdict::Verdict& verdict, const ReportOptions& options) {
  std::string out;
  for (const auto decision :
       {verdict::Decision::fails, verdict::Decision::shown, verdict::Decision::suppressed})
    for (const ToldMisuse& told : told_misuses(verdict, decision)) {
      std::string lines;
      for (const std::string& line : misuse_lines(told, options, Paint{})) lines += line + "\n";
      out += "    <details><summary>" + markup_text(misuse_headline(told)) + ", in " +
             markup_text(process_text(verdict.dumps[told.dump])) + " [" +
             verdict::text_of(decision) + "]</summary><pre>" + markup_text(lines) +
             "</pre></details>\n";
    }
  return out.empty() ? "" : "  <section id=\"misuse\"><h2>Misuse</h2>\n" + out + "  </section>\n";
}

/// What stands for a mark of the shell.
std::string text_for(std::string_view mark, const verdict::Verdict& verdict,
                     const std::vector<RootCause>& causes, const ReportOptions& options) {
  if (mark == "TITLE") return markup_text(title_of(verdict, causes));
  if (mark == "STATE") return state_name(verdict);
  if (mark == "VERSION") return LEAKHOOK_VERSION;
  if (mark == "SUMMARY") return markup_text(verdict::summary_line(verdict));
  if (mark == "FILES") return all_files(verdict);
  if (mark == "MISUSES") return misuses_of(verdict, options);
  if (mark == "TEXT") return plain_text(verdict, options);
  return mark == "MODEL" ? page_model(verdict, causes, options) : "";
}

/// The name between the first two '@' of the text that hold nothing but capitals.
std::string_view next_mark(std::string_view text) {
  for (std::size_t at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
    const std::size_t end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", at + 1);
    if (end != text.npos && end > at + 1 && text[end] == '@')
      return text.substr(at + 1, end - at - 1);
  }
  return {};
}

}  // namespace

std::string html_report(const verdict::Verdict& verdict, const ReportOptions& options) {
  const std::vector<RootCause> causes = root_causes(verdict);
  std::string_view rest = page_shell();
  std::string out;
  for (std::string_view mark; !(mark = next_mark(rest)).empty();) {
    const auto at = static_cast<std::size_t>(mark.data() - rest.data());
    out += rest.substr(0, at - 1);
    out += text_for(mark, verdict, causes, options);
    rest.remove_prefix(at + mark.size() + 1);
  }
  return out + std::string(rest);
}

}  // namespace leakhook::report
