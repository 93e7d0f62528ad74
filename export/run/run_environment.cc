// SPDX-License-Identifier: Apache-2.0
// In which environment does the program of a run start?
#include "run_environment.h"

#include <map>
#include <string_view>

namespace leakhook {
namespace {

constexpr std::string_view kPrefix = "LEAKHOOK_";
constexpr std::string_view kSettings[] = {
#define SETTING(name, type, default_value, meaning) #name,
#include "../../preload/contract/settings.def"
};

/// A folder as the pattern of file names in it: a percent sign means something there.
std::string as_pattern(const std::string& folder) {
  std::string pattern;
  for (const char letter : folder) pattern += letter == '%' ? "%%" : std::string(1, letter);
  return pattern;
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

}  // namespace

std::string preload_list(const std::string& ours, const std::string& others) {
  return others.empty() ? ours : ours + ":" + others;
}

std::vector<std::string> run_environment(const char* const* environment, const RunPlaces& places) {
  // Each process leaves its profiles, and its books beside them should it die without. The folder
  // of the run is all that anybody looks at, so no lines on the program's stderr.
  std::map<std::string, std::string, std::less<>> always{
      {"LEAKHOOK_OUTPUT", as_pattern(places.folder) + "/%e.%p.%n"},
      {"LEAKHOOK_DIR", places.folder},
      {"LEAKHOOK_EXPORTER", places.exporter},
      {"LEAKHOOK_AT_EXIT", "1"},
      {"LEAKHOOK_CHILD_EXIT", "0"},
      {"LEAKHOOK_LABELS", "fd,path"},
      {"LD_PRELOAD", places.library}};
  std::map<std::string, std::string, std::less<>> unless_set{
      {"LEAKHOOK_CHILDREN", "all"}, {"LEAKHOOK_REACH", "exit"}, {"LEAKHOOK_VERBOSE", "0"}};
  std::vector<std::string> result;
  for (; *environment; ++environment) {
    const std::string_view variable = *environment;
    const std::string_view name = name_of(variable);
    if (name == "LD_PRELOAD" && variable.size() > name.size() + 1)
      always["LD_PRELOAD"] =
          preload_list(places.library, std::string(variable.substr(name.size() + 1)));
    if (const auto kept = unless_set.find(name); kept != unless_set.end()) unless_set.erase(kept);
    if (always.find(name) == always.end()) result.emplace_back(variable);
  }
  for (const auto& settings : {always, unless_set})
    for (const auto& [name, value] : settings) result.push_back(name + "=" + value);
  return result;
}

std::vector<std::string> unknown_settings(const char* const* environment) {
  std::vector<std::string> unknown;
  for (; *environment; ++environment) {
    const std::string_view name = name_of(*environment);
    if (!name.starts_with(kPrefix)) continue;
    bool is_known = false;
    for (const std::string_view setting : kSettings)
      is_known |= name.substr(kPrefix.size()) == setting;
    if (!is_known) unknown.emplace_back(name);
  }
  return unknown;
}

}  // namespace leakhook
