// SPDX-License-Identifier: Apache-2.0
// Every row of interposed.def has a probe: one that lacks it does not link.
#include "probes.h"

extern "C" const char __executable_start, etext;

namespace leakhook::test {
namespace {

struct Row {
  const char* name;
  void (*probe)();
};

const Row kRows[] = {
#define INTERPOSED(ret, name, params, args) {#name, probe_##name},
#include "../../../preload/interposed.def"
};

class EveryRow : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override { books_expect_callers(&__executable_start, &etext); }
};

TEST_P(EveryRow, DoesWhatTheRealOneDoes) { GetParam().probe(); }

INSTANTIATE_TEST_SUITE_P(Hooks, EveryRow, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace leakhook::test
