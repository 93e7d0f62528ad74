// SPDX-License-Identifier: Apache-2.0
// Which words of a command line harm those who read them? One text as each of the options.
#include "../../export/verdict/dump_diff.h"
#include "../../export/verdict/policy_parser.h"
#include "fuzz.h"

using namespace leakhook;

namespace {

void check_fail_on(const verdict::FailOn& fail_on) {
  for (const Kind kind : fail_on.kinds)
    fuzz::require(kind != Kind::heap && kind != Kind::none && kind < Kind::count,
                  "heap blocks fail by their words, and every kind exists");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(fuzz::text_of(bytes, size));
  verdict::FailOn fail_on;
  if (verdict::parse_fail_on(text, &fail_on).empty()) check_fail_on(fail_on);

  std::vector<verdict::Allowance> allowances;
  const std::string error = verdict::parse_allow(text, &allowances);
  fuzz::require(error.empty() != allowances.empty(), "an option is taken whole or not at all");
  for (const verdict::Allowance& allowance : allowances)
    fuzz::require(allowance.most >= 0 && allowance.kinds.empty() != allowance.words.empty(),
                  "an allowance speaks of kinds or words, and is not negative");

  std::int64_t number = -1;
  if (verdict::parse_min_bytes(text, &number).empty())
    fuzz::require(number >= 0 && number <= std::int64_t{1} << 62, "a size is credible");
  if (verdict::parse_loop(text, &number).empty())
    fuzz::require(number > 0, "there is an iteration at least");
  verdict::change_rule(text);
  return 0;
}
