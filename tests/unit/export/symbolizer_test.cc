// SPDX-License-Identifier: Apache-2.0
// The sample program's functions are named from its own debug data, from separate files, from bare
// symbols, after it was deleted, and never from a file that is another build.
#include "../../../export/symbolizer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "segment_builder.h"

namespace leakhook {
namespace {

using testing::TemporaryFolder;

void shell(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

/// A running copy of the sample program.
class Running {
 public:
  explicit Running(const std::string& path) {
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execl(path.c_str(), path.c_str(), nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    to_ = to[1];
    FILE* said = fdopen(from[0], "r");
    is_ready_ = std::fscanf(said, "%lx %lx %ld %ld %ld", &bias, &address, &innermost_line,
                            &middle_line, &outermost_line) == 5;
    std::fclose(said);
  }
  ~Running() {
    close(to_);
    waitpid(pid_, nullptr, 0);
  }

  bool is_ready() const { return is_ready_; }
  ProcessLook look() const { return {pid_, stat_of(pid_)->start_ticks}; }

  unsigned long bias = 0, address = 0;
  long innermost_line = 0, middle_line = 0, outermost_line = 0;

 private:
  pid_t pid_ = -1;
  int to_ = -1;
  bool is_ready_ = false;
};

class SymbolizerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    program_ = folder_ / "sample";
    std::filesystem::copy_file(SAMPLE_PROGRAM, program_);
    build_id_ = ElfFile::open(program_)->build_id();
    ASSERT_EQ(build_id_.size(), 20u);
  }

  void start() {
    running_ = std::make_unique<Running>(program_);
    ASSERT_TRUE(running_->is_ready());
  }

  CodePlace named(bool is_alive = false) {
    std::vector<Module> modules(2);
    modules[1] = {program_, build_id_, running_->bias, running_->bias + 0x100000, running_->bias};
    std::optional<ProcessLook> process;
    if (is_alive) process = running_->look();
    Symbolizer symbolizer(modules, DebugFiles(process, false, folder_ / "debug"));
    CodePlace place;
    place.module = 1;
    place.address = running_->address - 1;
    symbolizer.name_all({&place, 1});
    EXPECT_FALSE(symbolizer.ranges(1).empty());
    return place;
  }

  /// clang gives linkage names to what it inlines, and so argument lists.
  static std::string without_arguments(const std::string& name) {
    return name.substr(0, name.ends_with("()") ? name.size() - 2 : name.size());
  }

  void expect_all_lines(const CodePlace& place) {
    ASSERT_EQ(place.lines.size(), 3u);
    EXPECT_EQ(without_arguments(place.lines[0].name), "(anonymous namespace)::innermost");
    EXPECT_EQ(place.lines[0].line, running_->innermost_line);
    EXPECT_EQ(without_arguments(place.lines[1].name),
              "shop::(anonymous namespace)::Counter::middle");
    EXPECT_EQ(place.lines[1].line, running_->middle_line);
    EXPECT_EQ(place.lines[2].name, "shop::order(int)");
    EXPECT_EQ(place.lines[2].system_name, "_ZN4shop5orderEi");
    EXPECT_EQ(place.lines[2].line, running_->outermost_line);
    EXPECT_GT(place.lines[2].start_line, 0);
    for (const CodeLine& line : place.lines) EXPECT_TRUE(line.file.ends_with("sample_program.cc"));
    EXPECT_TRUE(place.has_function);
    EXPECT_TRUE(place.knows_inlines);
  }

  void expect_symbol_only(const CodePlace& place) {
    ASSERT_EQ(place.lines.size(), 1u);
    EXPECT_EQ(place.lines[0].name, "shop::order(int)");
    EXPECT_EQ(place.lines[0].line, 0);
    EXPECT_TRUE(place.has_function);
    EXPECT_FALSE(place.knows_inlines);
  }

  void expect_nothing(const CodePlace& place) {
    ASSERT_EQ(place.lines.size(), 1u);
    char expected[64];
    std::snprintf(expected, sizeof expected, "[sample+0x%lx]",
                  running_->address - 1 - running_->bias);
    EXPECT_EQ(place.lines[0].name, expected);
    EXPECT_FALSE(place.has_function);
  }

  TemporaryFolder folder_;
  std::string program_;
  std::string build_id_;
  std::unique_ptr<Running> running_;
};

TEST_F(SymbolizerTest, InlinedFunctionsWithFilesAndLines) {
  start();
  expect_all_lines(named());
}

TEST_F(SymbolizerTest, WithoutDebugDataTheSymbolRemains) {
  shell("strip --strip-debug " + program_);
  start();
  expect_symbol_only(named());
}

TEST_F(SymbolizerTest, StrippedProgramHasOffsets) {
  shell("strip " + program_);
  start();
  expect_nothing(named());
}

TEST_F(SymbolizerTest, SeparateDebugFileByLinkInTheSameFolder) {
  shell("cd " + folder_.path() + " && objcopy --only-keep-debug sample sample.debug && strip " +
        "--strip-all sample && objcopy --add-gnu-debuglink=sample.debug sample");
  start();
  expect_all_lines(named());
}

TEST_F(SymbolizerTest, SeparateDebugFileInDotDebug) {
  shell("cd " + folder_.path() + " && mkdir .debug && objcopy --only-keep-debug sample " +
        ".debug/sample.debug && strip --strip-all sample && " +
        "objcopy --add-gnu-debuglink=.debug/sample.debug sample");
  start();
  expect_all_lines(named());
}

TEST_F(SymbolizerTest, DebugFileOfAnotherBuildIsNotBelieved) {
  shell("cd " + folder_.path() + " && objcopy --only-keep-debug sample sample.debug && strip " +
        "--strip-all sample && objcopy --add-gnu-debuglink=sample.debug sample && " +
        "cp $(readlink -f /proc/self/exe) sample.debug");
  start();
  expect_nothing(named());
}

TEST_F(SymbolizerTest, SeparateDebugFileByBuildId) {
  const std::string name = hex(build_id_);
  const std::string place = folder_ / ("debug/.build-id/" + name.substr(0, 2));
  shell("mkdir -p " + place + " && objcopy --only-keep-debug " + program_ + " " + place + "/" +
        name.substr(2) + ".debug && strip " + program_);
  start();
  expect_all_lines(named());
}

TEST_F(SymbolizerTest, CompressedSymbolsOfMiniDebugData) {
  shell("cd " + folder_.path() + " && objcopy -S --remove-section .gnu_debuglink sample bare && " +
        "objcopy --strip-debug sample mini && xz mini && " +
        "objcopy --add-section .gnu_debugdata=mini.xz bare && mv bare sample");
  start();
  expect_symbol_only(named());
}

TEST_F(SymbolizerTest, DeletedProgramWhileItRuns) {
  start();
  std::filesystem::remove(program_);
  expect_all_lines(named(true));
  expect_nothing(named(false));
}

TEST_F(SymbolizerTest, ReplacedProgramIsNotBelieved) {
  start();
  std::filesystem::remove(program_);
  std::filesystem::copy_file("/proc/self/exe", program_);
  expect_nothing(named(false));
  expect_all_lines(named(true));
}

TEST_F(SymbolizerTest, PlacesOutsideOfModules) {
  std::vector<Module> modules(2);
  Symbolizer symbolizer(modules, DebugFiles({}, false));
  std::vector<CodePlace> places(3);
  places[0].address = 0x7fff12345678;
  places[1].module = 1;  // never written
  places[2].module = 9;  // not there
  symbolizer.name_all(places);
  EXPECT_EQ(places[0].lines[0].name, "[0x7fff12345678]");
  for (const CodePlace& place : places) {
    EXPECT_EQ(place.module, 0u);
    EXPECT_EQ(place.lines.size(), 1u);
    EXPECT_FALSE(place.has_function);
  }
}

TEST(ElfFileTest, VdsoIsReadFromMemory) {
  const auto vdso = ElfFile::of_vdso();
  if (!vdso) GTEST_SKIP() << "no vdso here";
  EXPECT_FALSE(vdso->code_segments().empty());
}

TEST(ElfFileTest, RefusesWhatIsNoElfFile) {
  const TemporaryFolder folder;
  testing::write_file(folder / "text", "hello");
  EXPECT_EQ(ElfFile::open(folder / "text"), nullptr);
  EXPECT_EQ(ElfFile::open(folder / "nothing"), nullptr);
  EXPECT_EQ(ElfFile::open("/dev/null"), nullptr);
  EXPECT_EQ(ElfFile::open("/"), nullptr);
  EXPECT_EQ(ElfFile::from_bytes({}), nullptr);
}

}  // namespace
}  // namespace leakhook
