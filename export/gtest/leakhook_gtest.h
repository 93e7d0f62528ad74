// SPDX-License-Identifier: Apache-2.0
// In which test of a googletest program was a leak born? For programs to include, in one source:
//
//   int main(int argc, char** argv) {
//     testing::InitGoogleTest(&argc, argv);
//     leakhook_gtest_install();
//     return RUN_ALL_TESTS();
//   }
//
// Under `leakhook run` the report then says "born in SUITE.TEST" of each leak, and --mark
// SUITE.TEST judges one test alone. Without leakhook the program runs as before. It is found by
// dlsym: a weak reference would stay null in programs linked with -no-pie.
#pragma once
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string>

namespace leakhook_gtest {

/// leakhook_mark of libleakhook.so: what any thread acquires from now on was born in the part of
/// the run that `name` names, until the next call; null or empty: in none. `name` is copied; of
/// more than 127 bytes the last ones are kept. For any thread, not for signal handlers.
using Mark = void (*)(const char* name);

/// Marks each test by its name. What is acquired between tests (environments, what a suite sets up
/// for all its tests) has no mark.
class MarksTests : public testing::EmptyTestEventListener {
 public:
  explicit MarksTests(Mark mark) : mark_(mark) {}

 private:
  void OnTestStart(const testing::TestInfo& test) override {
    mark_((std::string(test.test_suite_name()) + "." + test.name()).c_str());
  }
  void OnTestEnd(const testing::TestInfo&) override { mark_(nullptr); }

  Mark mark_;
};

}  // namespace leakhook_gtest

/// Once, before RUN_ALL_TESTS(). Does nothing where the library is not loaded.
inline void leakhook_gtest_install() {
  const auto mark = reinterpret_cast<leakhook_gtest::Mark>(dlsym(RTLD_DEFAULT, "leakhook_mark"));
  if (mark != nullptr)
    testing::UnitTest::GetInstance()->listeners().Append(new leakhook_gtest::MarksTests(mark));
}
