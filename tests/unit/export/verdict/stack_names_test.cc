// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/stack_names.h"

#include <gtest/gtest.h>

namespace leakhook::verdict {
namespace {

std::string name_of(const std::string& function) {
  return normalised_name({function, "x", "", 0, ""});
}

TEST(StackNames, KeepWhatTheAuthorWroteOfAName) {
  const std::pair<const char*, const char*> rows[] = {
      {"parse", "parse"},
      {"parse.part.0", "parse"},
      {"parse.constprop.1.isra.0", "parse"},
      {"parse.cold", "parse"},
      {"parse(char const*) [clone .part.0]", "parse"},
      {"fopen@@GLIBC_2.2.5", "fopen"},
      {"ns::Reader::read(int)", "ns::Reader::read"},
      {"ns::Reader::read(int) const", "ns::Reader::read"},
      {"ns::Reader::read(int) const &", "ns::Reader::read"},
      {"std::vector<int, std::allocator<int> >::push_back(int&&)", "std::vector<>::push_back"},
      {"void ns::fill<double>(double*)", "ns::fill<>"},
      {"unsigned long ns::sum<int, (ns::Way)3>(int)", "ns::sum<>"},
      {"auto ns::make<Foo>(int)::{lambda(auto:1)#1}::operator()<int>(int) const",
       "ns::make<>::{lambda}::operator()<>"},
      {"main::{lambda()#12}::operator()() const", "main::{lambda}::operator()"},
      {"main::$_0::operator()() const", "main::{lambda}::operator()"},
      {"foo(int)::Local::run()", "foo::Local::run"},
      {"foo(int) const::Local::run()", "foo::Local::run"},
      {"(anonymous namespace)::helper(int)", "(anonymous)::helper"},
      {"ns::(anonymous namespace)::T<int>::f()", "ns::(anonymous)::T<>::f"},
      {"ns::name[abi:cxx11](int)", "ns::name"},
      {"operator new(unsigned long)", "operator new"},
      {"operator new[](unsigned long)", "operator new[]"},
      {"Foo::operator bool() const", "Foo::operator bool"},
      {"Foo::operator std::vector<int>() const", "Foo::operator std::vector<>"},
      {"Foo::operator()(int)", "Foo::operator()"},
      {"Foo::operator[](int)", "Foo::operator[]"},
      {"bool operator< <int>(Foo<int> const&)", "operator<<>"},
      {"std::ostream& operator<< <char>(std::ostream&, char)", "operator<<<>"},
      {"Foo::operator->() const", "Foo::operator->"},
      {"Foo::operator->*(int)", "Foo::operator->*"},
      {"Foo::operator<(Foo const&) const", "Foo::operator<"},
      {"Foo::operator==(Foo const&) const", "Foo::operator=="},
      {"void apply<void (*)(int)>(void (*)(int))", "apply<>"},
      {"decltype (f()) call<int>(int)", "call<>"},
      {"non-virtual thunk to Foo::run()", "Foo::run"},
      {"std::function<void (int)>::operator()(int) const", "std::function<>::operator()"},
      {"Foo::operators(int)", "Foo::operators"},
      {"<alloc::vec::Vec<T> as core::clone::Clone>::clone",
       "<alloc::vec::Vec<> as core::clone::Clone>::clone"},
      {"<app::Pool<u8>>::fill", "<app::Pool<>>::fill"},
      {"app::run::{{closure}}", "app::run::{closure}"},
      {"app::run::{closure#3}", "app::run::{closure}"},
      {"[truncated]", "[truncated]"},
      {"f<(a->b)>()", "f<>"},
      {"broken<int", "broken<>"},
      {"broken)(", "broken)"},
      {" ", " "},
      {"a\nb", "a?b"},
  };
  for (const auto& [function, name] : rows) EXPECT_EQ(name_of(function), name) << function;
}

TEST(StackNames, ANameIsReadTheSameWayTwice) {
  for (const char* text :
       {"ns::Reader<int>::read(int)", "main::{lambda()#12}::operator()() const",
        "<alloc::vec::Vec<T> as core::clone::Clone>::clone", "operator new(int)"})
    EXPECT_EQ(name_of(name_of(text)), name_of(text)) << text;
}

TEST(StackNames, APlaceWithoutANameIsCalledByItsFile) {
  EXPECT_EQ(normalised_name({"libz.so.1+0x12ab", "", "", 0, "/usr/lib/libz.so.1"}), "[libz.so.1]");
  EXPECT_EQ(normalised_name({"[libz.so.1+0x12ab]", "", "", 0, "/lib/libz.so.1"}), "[libz.so.1]");
  EXPECT_EQ(normalised_name({"[0x7f12ab]", "", "", 0, ""}), "[unknown]");
  EXPECT_EQ(normalised_name({"", "", "", 0, ""}), "[unknown]");
  EXPECT_FALSE(has_name({"[app+0x1]", "", "", 0, "app"}));
  EXPECT_TRUE(has_name({"[truncated]", "", "", 0, ""}));
  EXPECT_TRUE(has_name({"0xbad", "", "", 0, ""}));
  EXPECT_TRUE(has_name({"operator+0xyz", "", "", 0, ""}));
}

TEST(StackNames, GeneralLibrariesAreKnownByTheirNames) {
  EXPECT_TRUE(is_general({"void std::__invoke_impl<void>(std::__x)", "_ZSt", "", 0, ""}));
  EXPECT_TRUE(is_general({"__gnu_cxx::f()", "_Z", "", 0, ""}));
  EXPECT_FALSE(is_general({"stdx::f()", "_Z", "", 0, ""}));
  // "core" and "alloc" are names that a C++ program may give its own.
  EXPECT_FALSE(is_general({"core::run()", "_ZN4core3runEv", "", 0, ""}));
  EXPECT_TRUE(is_general({"core::ops::call_once", "_RNvNtC4core3ops9call_once", "", 0, ""}));
  EXPECT_TRUE(
      is_general({"<alloc::vec::Vec<T> as core::clone::Clone>::clone", "_RNvXs", "", 0, ""}));
  EXPECT_TRUE(is_general({"strdup", "strdup", "", 0, "/lib/x86_64-linux-gnu/libc.so.6"}));
  EXPECT_FALSE(is_general({"strdup", "strdup", "", 0, "/opt/app/libcopy.so.6"}));
  EXPECT_TRUE(is_general({"operator new(unsigned long)", "_Znwm", "", 0, "/opt/app/service"}));
  EXPECT_FALSE(is_general({"main", "main", "", 0, "/opt/app/service"}));
}

TEST(StackNames, GeneralLibrariesTheStartAndRepetitionsAreLeftOut) {
  const std::string libc = "/lib/x86_64-linux-gnu/libc.so.6";
  const Stack stack = {{"std::vector<int>::reserve(unsigned long)", "_ZNSt", "", 0, "app"},
                       {"walk(Node*)", "_Z4walkP4Node", "", 0, "app"},
                       {"walk(Node*)", "_Z4walkP4Node", "", 0, "app"},
                       {"void std::__invoke<int>()", "_ZSt", "", 0, "app"},
                       {"walk(Node*)", "_Z4walkP4Node", "", 0, "app"},
                       {"qsort", "qsort", "", 0, libc},
                       {"main", "main", "", 0, "app"},
                       {"[libc.so.6+0x2724a]", "", "", 0, libc},
                       {"__libc_start_main@@GLIBC_2.34", "__libc_start_main", "", 0, libc},
                       {"_start", "_start", "", 0, "app"}};
  EXPECT_EQ(stack_names(stack), (std::vector<std::string>{"walk", "main"}));
}

TEST(StackNames, AClosureIsCalledTheSameInlinedOrNot) {
  EXPECT_EQ(stack_names({{"main::{lambda(int)#2}::operator()(int) const", "_Z", "", 0, "app"},
                         {"f()::{unnamed type#1}::run()", "_Z", "", 0, "app"}}),
            stack_names({{"main::operator()", "", "", 0, "app"}, {"f::run", "", "", 0, "app"}}));
}

TEST(StackNames, AreMadeOfAnyText) {
  EXPECT_EQ(name_of("f::{"), "f::{}");
  EXPECT_EQ(name_of("f::{{{"), "f::{}");
  EXPECT_EQ(name_of("<"), "<>");
  for (const char* sign : {"<", "<a as ", "{", "(", "["}) {
    std::string name;
    while (name.size() < 1'000'000) name += sign;
    EXPECT_LT(name_of(name).size(), 1'000'100u) << sign;
  }
}

TEST(StackNames, AStackIsNeverWithoutAName) {
  EXPECT_EQ(stack_names({}), std::vector<std::string>{"[unknown]"});
  EXPECT_EQ(stack_names({{"std::locale::init()", "_ZNSt", "", 0, "x"}}),
            std::vector<std::string>{"std::locale::init"});
}

}  // namespace
}  // namespace leakhook::verdict
