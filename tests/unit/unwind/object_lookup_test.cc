// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/object_lookup.cc: by the C library, and by our own table.
#include "../../../unwind/object_lookup.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>

#include "call_site.h"

namespace leakhook::unwind {
namespace {

class ObjectLookup : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      prepare_object_lookup(nullptr);
    } else {
      prepare(nullptr, system_lookup());
    }
  }
  void TearDown() override { prepare(nullptr, system_lookup()); }
};
INSTANTIATE_TEST_SUITE_P(Way, ObjectLookup, testing::Bool(),
                         [](const auto& chosen) { return chosen.param ? "OwnTable" : "CLibrary"; });

Address of(const void* pointer) { return reinterpret_cast<Address>(pointer); }

TEST_P(ObjectLookup, FindsTheProgram) {
  static int variable;
  Object object;
  ASSERT_TRUE(find_object(of(&variable), &object));
  EXPECT_STREQ(object.path, "");
  EXPECT_LE(object.start, of(&variable));
  EXPECT_GT(object.end, of(&variable));
  EXPECT_NE(object.eh_frame_hdr, 0u);
}

TEST_P(ObjectLookup, FindsALibrary) {
  Object object;
  const Address place = of(dlsym(RTLD_DEFAULT, "lldiv"));
  ASSERT_TRUE(find_object(place, &object));
  EXPECT_NE(std::string(object.path).find("libc.so"), std::string::npos);
  Dl_info expected;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(place), &expected), 0);
  EXPECT_EQ(object.start, of(expected.dli_fbase));
  EXPECT_EQ(object.load_bias, of(expected.dli_fbase));
}

TEST_P(ObjectLookup, FindsTheVdso) {
  const Address vdso = getauxval(AT_SYSINFO_EHDR);
  if (vdso == 0) GTEST_SKIP() << "no vdso here";
  Object object;
  ASSERT_TRUE(find_object(vdso + 0x40, &object));
  EXPECT_EQ(object.start, vdso);
  EXPECT_NE(object.eh_frame_hdr, 0u);
  EXPECT_TRUE(segment_around(object, object.eh_frame_hdr).contains(object.eh_frame_hdr));
}

TEST_P(ObjectLookup, FindsNothingElsewhere) {
  Object object;
  int local;
  void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT_FALSE(find_object(0, &object));
  EXPECT_FALSE(find_object(of(&local), &object));
  EXPECT_FALSE(find_object(of(page), &object));
  EXPECT_FALSE(find_object(~Address{0}, &object));
  munmap(page, 4096);
}

TEST_P(ObjectLookup, FollowsLibrariesThatComeAndGo) {
  void* library = dlopen(UNWIND_TEST_PLUGIN_A, RTLD_NOW);
  ASSERT_NE(library, nullptr) << dlerror();
  learn_objects();
  const Address place = of(dlsym(library, "plugin_call"));
  Object object;
  ASSERT_TRUE(find_object(place, &object));
  EXPECT_STREQ(object.path, UNWIND_TEST_PLUGIN_A);
  dlclose(library);
  forget_rules();
  EXPECT_FALSE(find_object(place, &object));
}

TEST(CLibraryLookup, KnowsNewLibrariesAtOnce) {
  if (dlsym(RTLD_DEFAULT, "_dl_find_object") == nullptr) GTEST_SKIP() << "before glibc 2.35";
  prepare(nullptr, system_lookup());
  void* library = dlopen(UNWIND_TEST_PLUGIN_A, RTLD_NOW);
  ASSERT_NE(library, nullptr) << dlerror();
  Object object;
  EXPECT_TRUE(find_object(of(dlsym(library, "plugin_call")), &object));
  dlclose(library);
}

TEST_P(ObjectLookup, SegmentsAreWhatTheFileSays) {
  Object object;
  const Address place = of(dlsym(RTLD_DEFAULT, "lldiv"));
  ASSERT_TRUE(find_object(place, &object));
  const Extent code = segment_around(object, place);
  EXPECT_TRUE(code.contains(place));
  const Extent tables = segment_around(object, object.eh_frame_hdr);
  EXPECT_TRUE(tables.contains(object.eh_frame_hdr));
  EXPECT_TRUE(tables.low == code.low || !code.contains(object.eh_frame_hdr));
  Object small = object;
  small.end = object.start + 0x900;  // as glibc has it of a program whose text is that short
  EXPECT_EQ(segment_around(small, place).low, code.low);
  EXPECT_EQ(segment_around(object, 16).high, 0u);
  Object not_elf{place, place + 8192, 0, "", 0};
  EXPECT_EQ(segment_around(not_elf, place).high, 0u);
}

TEST(OwnTable, ReadersSeeWholeRowsWhileItIsFilled) {
  prepare_object_lookup(nullptr);
  const Address place = of(dlsym(RTLD_DEFAULT, "lldiv"));
  Object expected;
  ASSERT_TRUE(find_object(place, &expected));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop) refresh_objects();
  });
  for (int found = 0; found < 2000;) {
    Object object;
    if (!find_object(place, &object)) continue;
    ++found;
    ASSERT_EQ(object.start, expected.start);
    ASSERT_EQ(object.eh_frame_hdr, expected.eh_frame_hdr);
  }
  stop = true;
  writer.join();
  prepare(nullptr, system_lookup());
}

}  // namespace
}  // namespace leakhook::unwind
