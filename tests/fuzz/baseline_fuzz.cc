// SPDX-License-Identifier: Apache-2.0
// Which text harms the reader of baselines? What was read and written again says the same.
#include "../../export/verdict/baseline.h"
#include "fuzz.h"

using namespace leakhook;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::vector<verdict::BaselineEntry> entries;
  if (!verdict::parse_baseline(fuzz::text_of(bytes, size), "file", &entries).empty()) {
    fuzz::require(entries.empty(), "a file is taken whole or not at all");
    return 0;
  }
  const std::string text = verdict::baseline_text(entries);
  std::vector<verdict::BaselineEntry> again;
  fuzz::require(verdict::parse_baseline(text, "again", &again).empty(), "our own text can be read");
  fuzz::require(verdict::baseline_text(again) == text, "it says the same again");
  return 0;
}
