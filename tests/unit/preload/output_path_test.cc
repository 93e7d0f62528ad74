// SPDX-License-Identifier: Apache-2.0
// Where does a dump go?
#include "../../../preload/life/output_path.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace leakhook::life {
namespace {

std::string expand(const char* pattern, std::uint64_t time = 0, std::uint32_t number = 1) {
  return expand_output(pattern, "/start", {"svc", 4711, number, time, "host"}).c_str();
}

TEST(OutputPath, IsAbsolute) {
  EXPECT_EQ(expand("a"), "/start/a");
  EXPECT_EQ(expand("/a"), "/a");
}

TEST(OutputPath, ReplacesTheSequences) {
  EXPECT_EQ(expand("/leakhook.%e.%p.%n"), "/leakhook.svc.4711.0001");
  EXPECT_EQ(expand("/%h/%e%e"), "/host/svcsvc");
  EXPECT_EQ(expand("/%n", 0, 123456), "/123456");
}

TEST(OutputPath, KeepsWhatItDoesNotKnow) {
  EXPECT_EQ(expand("/100%%"), "/100%");
  EXPECT_EQ(expand("/%x%"), "/%x%");
  EXPECT_EQ(expand("/%%p"), "/%p");
}

TEST(OutputPath, NamesOfOthersMakeNoFoldersLinesOrSequences) {
  const auto path = [](const char* program, const char* host) {
    return std::string(expand_output("/x/%e.%h", "/", {program, 1, 1, 0, host}).c_str());
  };
  EXPECT_EQ(path("../../a", "b/../c"), "/x/.._.._a.b_.._c");
  EXPECT_EQ(path("a\nb\x1b[31m\x7f", "\tc"), "/x/a_b_[31m_._c");
  EXPECT_EQ(path("%p%n%%", "gr\u00f6\u00dfe"), "/x/%p%n%%.gr\u00f6\u00dfe");
}

TEST(OutputPath, WritesUtcAsTheCLibraryDoes) {
  EXPECT_EQ(expand("/%t", 0), "/19700101T000000Z");
  // Leap days, ends of years and of centuries, and steps of about eleven days in between.
  for (std::uint64_t time : {951782399ull, 951782400ull, 951868799ull, 951868800ull, 1798761599ull,
                             4107542399ull, 4107542400ull, 253402300799ull})
    for (std::uint64_t at = time; at < time + 40'000'000 && at <= 253402300799ull; at += 999'983) {
      const auto seconds = static_cast<std::time_t>(at);
      std::tm parts{};
      char text[32];
      std::strftime(text, sizeof text, "/%Y%m%dT%H%M%SZ", gmtime_r(&seconds, &parts));
      ASSERT_EQ(expand("/%t", at), text);
    }
}

TEST(OutputPath, CutsWhatIsTooLong) {
  const std::string longer(2000, 'x');
  const Path path = expand_output(longer.c_str(), "/", {"", 1, 1, 0, ""});
  EXPECT_TRUE(path.is_cut());
  EXPECT_EQ(path.size(), 1023u);
}

}  // namespace
}  // namespace leakhook::life
