// SPDX-License-Identifier: Apache-2.0
// Is every object on a stack known by path and build id, also after it was closed or replaced?
#include "../../../preload/ledger/modules.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "../../../preload/ledger/stack_table.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::kMiB;
using testing::OwnBooks;

const ModuleRecord& record(ModuleId id) {
  return segment.records<ModuleRecord>(Region::modules)[id];
}
ModuleState state(ModuleId id) { return static_cast<ModuleState>(record(id).state.load()); }
std::uint64_t used() { return segment.extent(Region::modules).used.load(); }

/// An object that is only memory: no ELF header, no build id.
struct FakeObject {
  FakeObject() { bytes.resize(8192); }
  unwind::Object as(const char* path) const {
    return {start(), start() + bytes.size(), start(), path, 0};
  }
  std::uint64_t start() const { return reinterpret_cast<std::uint64_t>(bytes.data()); }
  std::vector<char> bytes;
};

ModuleId module_of_leaf(StackId stack) {
  const NodeId leaf = segment.records<StackRecord>(Region::stacks)[stack].leaf;
  return module_of_place(segment.records<Node>(Region::nodes)[leaf].place);
}

StackId intern(std::uint64_t address) {
  const unwind::Address frames[] = {address};
  return stack_table::intern(frames, unwind::End::outermost);
}

TEST(Modules, AnObjectIsRecordedOnce) {
  const OwnBooks books;
  const FakeObject fake;
  EXPECT_EQ(modules::id_of(fake.start()), 0);
  modules::seen(fake.as("/lib/a.so"));
  const ModuleId id = modules::id_of(fake.start());
  EXPECT_NE(id, 0);
  EXPECT_STREQ(record(id).path, "/lib/a.so");
  EXPECT_EQ(record(id).build_id_size, 0u);
  EXPECT_EQ(modules::id_of(fake.start() + 8191), id);
  EXPECT_EQ(modules::id_of(fake.start() + 8192), 0);
  EXPECT_EQ(modules::id_of(fake.start() - 1), 0);
  const std::uint64_t before = used();
  modules::seen(fake.as("/lib/a.so"));
  EXPECT_EQ(used(), before);
}

TEST(Modules, TheMainProgramHasItsOwnPath) {
  const OwnBooks books;
  const FakeObject fake;
  modules::seen(fake.as(""));
  EXPECT_STREQ(record(modules::id_of(fake.start())).path, segment.header->executable);
  EXPECT_NE(std::string(segment.header->executable), "");
}

TEST(Modules, AReplacedObjectKeepsItsRecordAndItsStacks) {
  const OwnBooks books;
  const FakeObject fake;
  modules::seen(fake.as("/lib/a.so"));
  const ModuleId a = modules::id_of(fake.start());
  const StackId stack_of_a = intern(fake.start() + 5);
  modules::seen(fake.as("/lib/b.so"));
  const ModuleId b = modules::id_of(fake.start());
  const StackId stack_of_b = intern(fake.start() + 5);
  EXPECT_NE(a, b);
  EXPECT_EQ(state(a), ModuleState::unloaded);
  EXPECT_EQ(state(b), ModuleState::loaded);
  EXPECT_NE(stack_of_a, stack_of_b) << "the same address means another function";
  EXPECT_EQ(module_of_leaf(stack_of_a), a);
  EXPECT_EQ(module_of_leaf(stack_of_b), b);
  EXPECT_STREQ(record(a).path, "/lib/a.so");
}

TEST(Modules, TheFirstOneAgainAfterAnotherIsItselfAgain) {
  const OwnBooks books;
  const FakeObject fake;
  modules::seen(fake.as("/lib/a.so"));
  const ModuleId a = modules::id_of(fake.start());
  modules::seen(fake.as("/lib/b.so"));
  const StackId stack_of_b = intern(fake.start() + 5);
  modules::seen(fake.as("/lib/a.so"));
  EXPECT_EQ(modules::id_of(fake.start()), a);
  const StackId again = intern(fake.start() + 5);
  EXPECT_NE(again, stack_of_b);
  EXPECT_EQ(module_of_leaf(again), a);
}

TEST(Modules, TheSameObjectAgainMakesNoNewStacks) {
  const OwnBooks books;
  const FakeObject fake;
  modules::seen(fake.as("/lib/a.so"));
  const StackId before = intern(fake.start() + 5);
  modules::refresh();  // the loader knows no such object: it is gone
  EXPECT_EQ(modules::id_of(fake.start()), 0);
  modules::seen(fake.as("/lib/a.so"));
  EXPECT_EQ(intern(fake.start() + 5), before) << "opened and closed for ever: nothing may grow";
}

TEST(Modules, AFullTableIsCounted) {
  const OwnBooks books(kMiB);
  const FakeObject fake;
  const std::uint64_t room = segment.extent(Region::modules).reserved / sizeof(ModuleRecord);
  for (std::uint64_t i = 0; i < room + 50; ++i)
    modules::seen({i * 16 + 16 + fake.start(), i * 16 + 32 + fake.start(), 0, "/lib/many.so", 0});
  EXPECT_GE(books.counter(Counter::module_table_full), 50u);
  EXPECT_EQ(segment.records<NameRecord>(Region::names)[0].text[0], 0) << "the next region";
}

std::string build_id_of(const std::string& path) {
  FILE* pipe = popen(("readelf -n " + path + " 2>/dev/null").c_str(), "r");
  std::string text(4096, 0);
  text.resize(pipe != nullptr ? fread(text.data(), 1, text.size(), pipe) : 0);
  if (pipe != nullptr) pclose(pipe);
  const std::string key = "Build ID: ";
  const std::size_t at = text.find(key);
  return at == std::string::npos
             ? ""
             : text.substr(at + key.size(), text.find('\n', at) - at - key.size());
}

std::string build_id_in(const ModuleRecord& module) {
  std::string hex;
  for (std::uint32_t i = 0; i < module.build_id_size; ++i) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", module.build_id[i]);
    hex += two;
  }
  return hex;
}

/// The address that the loader gave it: struct link_map begins with it.
std::uint64_t base_of(void* handle) { return static_cast<link_map*>(handle)->l_addr; }

TEST(Modules, APluginIsKnownUntilClosedAndByItsBuildId) {
  const OwnBooks books;
  void* handle = dlopen(UNWIND_TEST_PLUGIN_A, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(handle, nullptr) << dlerror();
  const std::uint64_t base = base_of(handle);
  unwind::Object object{};
  ASSERT_TRUE(unwind::find_object(base + 64, &object));
  modules::seen(object);
  const ModuleId id = modules::id_of(base + 64);
  ASSERT_NE(id, 0);
  EXPECT_STREQ(record(id).path, UNWIND_TEST_PLUGIN_A);
  EXPECT_EQ(build_id_in(record(id)), build_id_of(UNWIND_TEST_PLUGIN_A));
  EXPECT_EQ(record(id).load_bias, base);
  modules::refresh();
  EXPECT_EQ(state(id), ModuleState::loaded) << "still there";
  dlclose(handle);
  modules::refresh();
  EXPECT_EQ(state(id), ModuleState::unloaded);
  EXPECT_EQ(modules::id_of(base + 64), 0);
  EXPECT_STREQ(record(id).path, UNWIND_TEST_PLUGIN_A) << "kept for old stacks";
}

TEST(Modules, OurOwnBuildIdIsReadelfs) {
  const OwnBooks books;
  unwind::Object object{};
  const auto here = reinterpret_cast<std::uint64_t>(&build_id_of);
  ASSERT_TRUE(unwind::find_object(here, &object));
  modules::seen(object);
  const ModuleRecord& own = record(modules::id_of(here));
  EXPECT_EQ(build_id_in(own), build_id_of(std::filesystem::read_symlink("/proc/self/exe")));
  EXPECT_GT(own.build_id_size, 0u);
}

}  // namespace
}  // namespace leakhook::ledger
