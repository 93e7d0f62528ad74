// SPDX-License-Identifier: Apache-2.0
// Names as their authors know them.
#include "../../../export/demangle.h"

#include <gtest/gtest.h>

namespace leakhook {
namespace {

TEST(Demangle, Cpp) {
  EXPECT_EQ(demangled("_ZN4shop5orderEi"), "shop::order(int)");
  EXPECT_EQ(demangled("_Znwm"), "operator new(unsigned long)");
  EXPECT_EQ(demangled("main"), "main");
  EXPECT_EQ(demangled("_ZN3FooC4Ev"), "Foo::Foo()");
}

TEST(Demangle, PartsOfAFunctionCarryItsName) {
  EXPECT_EQ(demangled("_ZN4shop5orderEi.part.0"), "shop::order(int)");
  EXPECT_EQ(demangled("zmalloc.constprop.0.isra.0"), "zmalloc");
  EXPECT_EQ(demangled("_ZN4shop5orderEi.cold"), "shop::order(int)");
  EXPECT_EQ(demangled("file.parts"), "file.parts");
}

TEST(Demangle, RustBothSchemes) {
  EXPECT_EQ(demangled("_ZN5alloc5alloc15exchange_malloc17h0123456789abcdefE"),
            "alloc::alloc::exchange_malloc");
  EXPECT_EQ(
      demangled("_ZN4core3ptr46drop_in_place$LT$alloc..vec..Vec$LT$u8$GT$$GT$17h0123456789abcdefE"),
      "core::ptr::drop_in_place<alloc::vec::Vec<u8>>");
  EXPECT_EQ(demangled("_RNvCs15kBYyAo9fc_7mycrate7example"), "mycrate::example");
  EXPECT_EQ(demangled("_ZN4test4main17h0123456789abcdefE.llvm.1234567890"), "test::main");
}

TEST(Demangle, BadNamesStayAndArePresentable) {
  EXPECT_EQ(demangled("_ZN"), "_ZN");
  EXPECT_EQ(demangled("_R"), "_R");
  EXPECT_EQ(demangled("a\xff\n"), "a\xef\xbf\xbd?");
  const std::string endless = "_Z" + std::string(100000, 'P');
  EXPECT_EQ(demangled(endless), endless);
}

}  // namespace
}  // namespace leakhook
