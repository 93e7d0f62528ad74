// SPDX-License-Identifier: Apache-2.0
// What does the page of the HTML report know of a verdict? Each frame and each stack once, and
// findings that refer to them by number.
#include "page_model.h"

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "aside.h"
#include "cause_text.h"
#include "reports.h"
#include "root_causes.h"
#include "source_place.h"
#include "time_text.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using json = nlohmann::ordered_json;

/// Things by their place in a list, each once.
struct Numbered {
  json list = json::array();
  std::unordered_map<std::string, std::size_t> places;

  /// `make` is asked for what the key stands for when it is new.
  template <typename Make>
  std::size_t number_of(const std::string& key, Make make) {
    const auto [place, is_new] = places.try_emplace(key, list.size());
    if (is_new) list.push_back(make());
    return place->second;
  }
};

std::string key_of(const verdict::Frame& frame) {
  return frame.function + '\0' + frame.file + '\0' + std::to_string(frame.line) + '\0' +
         frame.module;
}

const char* kind_label(Kind kind) {
  return kind == Kind::none || kind >= Kind::count ? "unknown" : row_of(kind).label;
}

const char* profile_name(Kind kind) {
  const bool is_known = kind != Kind::none && kind < Kind::count;
  return kProfileRows[static_cast<int>(is_known ? row_of(kind).profile : Profile::handle)].name;
}

json pairs(const std::vector<Detail>& details) {
  json out = json::array();
  for (const Detail& detail : details) out.push_back({detail.name, detail.text});
  return out;
}

std::string joined(const std::vector<std::string>& texts) {
  return texts.empty() ? "nothing" : listed(texts, texts.size());
}

std::string fail_on_text(const verdict::FailOn& fail_on) {
  std::vector<std::string> texts;
  for (const verdict::Word word : fail_on.words)
    texts.push_back(std::string("heap ") + verdict::text_of(word));
  for (const Kind kind : fail_on.kinds) texts.push_back(kind_label(kind));
  if (fail_on.running_threads) texts.push_back("running threads");
  if (fail_on.misuse) texts.push_back("misuse");
  return joined(texts);
}

std::string use_text(const verdict::SuppressionUse& use, const verdict::Suppression& rule) {
  const std::string used = use.count == 0 ? "matched nothing"
                                          : "matched " + number_text(use.count) +
                                                (use.bytes ? ", " + bytes_text(use.bytes) : "");
  return visible(rule.text + " (" + rule.source + "): ") + used;
}

std::vector<Detail> policy_rows(const verdict::Verdict& verdict, const verdict::Policy& policy) {
  std::vector<Detail> out{{"fails for", fail_on_text(policy.fail_on)}};
  for (const verdict::Allowance& allowance : policy.allowances)
    out.push_back({"allowed", visible(allowance.text)});
  for (const verdict::SuppressionUse& use : verdict.uses) {
    if (use.suppression < policy.suppressions.size())
      out.push_back({"suppression", use_text(use, policy.suppressions[use.suppression])});
  }
  if (policy.baseline)
    out.push_back(
        {"baseline", counted(static_cast<std::int64_t>(policy.baseline->size()), "stack")});
  for (const std::string& pattern : policy.own) out.push_back({"own code", visible(pattern)});
  if (policy.fail_on_own_only) out.push_back({"third parties", "are shown and do not fail"});
  if (policy.stack_min_bytes > 0)
    out.push_back({"stacks below", bytes_text(policy.stack_min_bytes) + " do not fail"});
  if (policy.loop > 0) out.push_back({"iterations", number_text(policy.loop)});
  if (!policy.mark.empty()) out.push_back({"only what carries the mark", visible(policy.mark)});
  return out;
}

/// Title, text, and whether it is bad.
json totals_of(const verdict::Verdict& verdict) {
  const verdict::Totals& totals = verdict.totals;
  const auto number = [&](const char* title, std::int64_t count) {
    return json{title, number_text(count), count > 0 && verdict.is_judged};
  };
  return json::array({json{verdict.is_judged ? "Heap leaked" : "Heap held", bytes_text(totals.heap_bytes),
                           totals.heap_bytes > 0 && verdict.is_judged},
                      number("Heap blocks", totals.heap_blocks), number("Descriptors", totals.fds),
                      number("Threads", totals.threads), number("Timers", totals.timers),
                      number("Others", totals.others)});
}

json visible_list(const std::vector<std::string>& texts) {
  json out = json::array();
  for (const std::string& text : texts) out.push_back(visible(text));
  return out;
}

json processes_of(const verdict::Verdict& verdict) {
  json out = json::array();
  for (const verdict::Dump& dump : verdict.dumps) {
    const std::string unknown = dump.reach_remark.empty() ? "unknown" : "unknown: ";
    out.push_back({{"name", process_text(dump)},
                   {"command", visible(dump.command)},
                   {"time", dump.time_ns > 0 ? utc_text(dump.time_ns) + " UTC" : ""},
                   {"reach", (dump.is_reach_known ? "" : unknown) + visible(dump.reach_remark)},
                   {"comments", visible_list(dump.comments)}});
  }
  return out;
}

class PageModel {
 public:
  PageModel(const verdict::Verdict& verdict, const std::vector<RootCause>& causes,
            const ReportOptions& options)
      : verdict_(verdict), causes_(causes), options_(options) {}

  std::string text() {
    json profiles = json::object();
    for (const ProfileRow& row : kProfileRows) profiles[row.name] = row.text;
    json causes = json::array();
    for (const RootCause& cause : causes_) causes.push_back(cause_of(cause, causes.size()));
    const json model = {{"state", state_name(verdict_)},
                        {"totals", totals_of(verdict_)},
                        {"processes", processes_of(verdict_)},
                        {"profiles", profiles},
                        {"frames", frames_.list},
                        {"stacks", stacks_.list},
                        {"causes", causes},
                        {"asides", pairs(asides(verdict_, causes_))},
                        {"policy", pairs(policy_rows(verdict_, options_.policy))}};
    return model.dump(-1, ' ', false, json::error_handler_t::replace);
  }

 private:
  json cause_of(const RootCause& cause, std::size_t id) {
    json parts = json::array();
    for (const Part& part : cause.parts)
      parts.push_back(part_of(part, verdict_.dumps[cause.dump].sample_bytes > 1));
    return {{"id", id},
            {"process", cause.dump},
            {"decision", decision_name(cause.decision)},
            {"parts", parts}};
  }

  /// The names by which the page tells decisions apart, whatever reports call them.
  static const char* decision_name(verdict::Decision decision) {
    switch (decision) {
      case verdict::Decision::fails:
        return "fails";
      case verdict::Decision::shown:
        return "shown";
      case verdict::Decision::suppressed:
        return "suppressed";
      case verdict::Decision::in_baseline:
        return "in_baseline";
      case verdict::Decision::allowed:
        return "allowed";
      case verdict::Decision::not_judged:
        break;
    }
    return "not_judged";
  }

  json part_of(const Part& part, bool is_estimate) {
    const verdict::Holding& holding = part.holding;
    const auto place = source_place(holding.stack, options_);
    return {{"kind", kind_label(holding.kind)},
            {"profile", profile_name(holding.kind)},
            {"word", verdict::text_of(holding.word)},
            {"rule", rule_of(holding)},
            {"decision", decision_name(part.decision)},
            {"headline", headline(holding, is_estimate)},
            {"stack", stack_number(holding.stack)},
            {"place", place ? place->frame : 0},
            {"count", holding.count},
            {"bytes", holding.bytes},
            {"oldest", holding.oldest_s},
            {"threads", part.threads},
            {"objects", objects_of(holding)},
            {"isOwn", part.is_own},
            {"fingerprint", part.fingerprint},
            {"details", pairs(details(part, options_.policy.loop))}};
  }

  static json objects_of(const verdict::Holding& holding) {
    json out = holding.paths;
    for (const std::string& peer : holding.peers) out.push_back(peer);
    return out;
  }

  std::size_t stack_number(const verdict::Stack& stack) {
    json numbers = json::array();
    std::string key;
    for (const verdict::Frame& frame : stack) {
      const std::size_t number = frames_.number_of(key_of(frame), [&] {
        return json{frame.function, from_root({frame}, options_)[0].file, frame.line, frame.module};
      });
      numbers.push_back(number);
      key += std::to_string(number) + " ";
    }
    return stacks_.number_of(key, [&] { return numbers; });
  }

  const verdict::Verdict& verdict_;
  const std::vector<RootCause>& causes_;
  const ReportOptions& options_;
  Numbered frames_;
  Numbered stacks_;
};

/// `<` would let a name end the element that the text stands in.
std::string inside_script(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (const char sign : text) {
    if (sign == '<')
      out += "\\u003c";
    else
      out += sign;
  }
  return out;
}

}  // namespace

std::string page_model(const verdict::Verdict& verdict, const std::vector<RootCause>& causes,
                       const ReportOptions& options) {
  return inside_script(PageModel(verdict, causes, options).text());
}

const char* state_name(const verdict::Verdict& verdict) {
  constexpr const char* kNames[] = {"clean", "leaks", "undecided", "held"};
  return kNames[static_cast<int>(state_of(verdict))];
}

}  // namespace leakhook::report
