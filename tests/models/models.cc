// SPDX-License-Identifier: Apache-2.0
// Does every scenario hold in every order? models [TEXT]: those whose name has the text. Ends with
// status 1 and the first order that breaks one.
#include "models.h"

#include <cstdio>

#include "../../preload/ledger/attention.h"
#include "../../preload/ledger/sandbox.h"

namespace leakhook {

// What the tables ask of a process: it has threads. The rest of ledger/attention.cc is not needed.
constinit std::atomic<bool> ledger::is_threaded{true};

namespace models {

void prepare_books() {
  constexpr std::uint64_t kMemory = 64 << 20;
  if (!ledger::make_segment(kMemory, -1, &ledger::segment)) std::abort();
  ledger::segment.header->settings.verbose = 0;
  ledger::note_sandbox(true, true);  // who waits gives up no processor: the search does that
}

std::uint64_t losses(Counter counter) {
  return ledger::segment.header->counters[static_cast<int>(counter)].load();
}

namespace {

bool hold(const explore::Scenario& scenario) {
  const explore::Searched searched = explore::search(scenario);
  std::printf(
      "%s: %llu orders, %llu steps, %llu deaths, at most %d times taken from a thread%s%s\n",
      scenario.name.c_str(), static_cast<unsigned long long>(searched.orders),
      static_cast<unsigned long long>(searched.steps),
      static_cast<unsigned long long>(searched.kills), scenario.preemptions,
      searched.failure.empty() ? "" : "\n  does not hold: ", searched.failure.c_str());
  std::fflush(stdout);
  return searched.failure.empty() && searched.orders > 1;
}

}  // namespace
}  // namespace models
}  // namespace leakhook

int main(int argc, char** argv) {
  using namespace leakhook::models;
  prepare_books();
  int searched = 0, broken = 0;
  for (const auto& scenarios : {live_table_scenarios(), record_scenarios(), list_scenarios()})
    for (const explore::Scenario& scenario : scenarios) {
      if (argc > 1 && scenario.name.find(argv[1]) == std::string::npos) continue;
      ++searched;
      broken += !hold(scenario);
    }
  std::printf("%d of %d hold\n", searched - broken, searched);
  return searched == 0 || broken > 0;
}
