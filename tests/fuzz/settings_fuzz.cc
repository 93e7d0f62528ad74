// SPDX-License-Identifier: Apache-2.0
// Which environment harms the parser of settings? An input is its entries, each ending with NUL.
#include <csignal>
#include <vector>

#include "../../preload/base/settings.h"
#include "fuzz.h"

using namespace leakhook;

namespace {

bool ends_within(const setting::Text& text) {
  return std::memchr(text.value, 0, sizeof text.value) != nullptr;
}

void complain(const char* line) {
  fuzz::require(std::strlen(line) < 4096, "a complaint is one line of modest length");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string text(fuzz::text_of(bytes, size));
  std::vector<const char*> environment;
  for (std::size_t at = 0; at < text.size(); at += std::strlen(&text[at]) + 1)
    environment.push_back(&text[at]);
  environment.push_back(nullptr);

  Settings settings;
  std::memset(static_cast<void*>(&settings), 0xa5, sizeof settings);
  read_settings(environment.data(), &settings, complain);

  const int signal = settings.SIGNAL.number;
  fuzz::require(
      ends_within(settings.OUTPUT) && ends_within(settings.DIR) && ends_within(settings.EXPORTER),
      "a text ends within its room");
  fuzz::require(signal >= 0 && signal <= SIGRTMAX && signal != SIGKILL && signal != SIGSTOP,
                "the signal can be caught");
  fuzz::require(settings.SAMPLE > 0 && settings.MEMORY > 0, "sizes are positive");
  fuzz::require((settings.KINDS.set & ~kAllKinds) == 0, "only kinds that exist");
  return 0;
}
