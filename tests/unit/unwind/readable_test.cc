// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/readable.cc and unwind/checked_words.h.
#include "../../../unwind/readable.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "../../../unwind/checked_words.h"
#include "call_site.h"

namespace leakhook::unwind {

Address readable_then_not(int pages) {
  const std::size_t size = static_cast<std::size_t>(pages) * 4096;
  void* place = mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(static_cast<char*>(place) + size, size, PROT_NONE);
  return reinterpret_cast<Address>(place) + size;
}

namespace {

TEST(Readable, TellsMappedFromForbidden) {
  const Address border = readable_then_not(1);
  EXPECT_TRUE(is_readable(border - 4));
  EXPECT_TRUE(is_readable(border - 4096));
  EXPECT_FALSE(is_readable(border));
  EXPECT_FALSE(is_readable(0));
  EXPECT_FALSE(is_readable(0xffff800000000000));
  EXPECT_FALSE(is_readable(0x4141414141414140));
}

TEST(Readable, TakesReadOnlyPages) {
  static const std::uint64_t constant = 7;
  EXPECT_TRUE(is_readable(reinterpret_cast<Address>(&constant)));
}

TEST(Readable, AnswersWithoutWaitingWhenTheWordIsTheExpectedOne) {
  alignas(8) volatile std::uint32_t word = 0x9d3c5a17;
  EXPECT_TRUE(is_readable(reinterpret_cast<Address>(&word)));
}

TEST(Readable, SeesTheEndOfAFileBehindAMapping) {
  const int fd = memfd_create("short", 0);
  ASSERT_EQ(ftruncate(fd, 4096), 0);
  void* place = mmap(nullptr, 8192, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  const auto address = reinterpret_cast<Address>(place);
  EXPECT_TRUE(is_readable(address));
  EXPECT_FALSE(is_readable(address + 4096));  // a read would be SIGBUS
  munmap(place, 8192);
}

TEST(Readable, KeepsErrno) {
  errno = 4711;
  EXPECT_FALSE(is_readable(8));
  EXPECT_EQ(errno, 4711);
}

TEST(CheckedWords, ReadsInsideItsBoundsWithoutAsking) {
  std::uint64_t words[4] = {1, 2, 3, 4};
  const auto low = reinterpret_cast<Address>(words);
  CheckedWords checked({low, low + sizeof words});
  std::uint64_t word = 0;
  EXPECT_TRUE(checked.read(low + 24, &word));
  EXPECT_EQ(word, 4u);
  EXPECT_FALSE(checked.read(low + 4, &word)) << "unaligned";
}

TEST(CheckedWords, AsksOutsideItsBounds) {
  const Address border = readable_then_not(3);
  *reinterpret_cast<std::uint64_t*>(border - 8) = 42;
  for (const StackBounds bounds : {StackBounds{0, 0}, StackBounds{border - 4, border}}) {
    CheckedWords checked(bounds);
    std::uint64_t word = 0;
    for (Address place = border - 3 * 4096; place < border; place += 8) {
      ASSERT_TRUE(checked.read(place, &word));
    }
    EXPECT_EQ(word, 42u);
    EXPECT_FALSE(checked.read(border, &word));
    EXPECT_FALSE(checked.read(border + 4096, &word));
    EXPECT_TRUE(checked.read(border - 8192, &word)) << "a refusal forgets nothing";
  }
}

/// Kills the process at any system call but futex and exit_group.
void allow_futex_only() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof filter / sizeof *filter, filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

__attribute__((noinline)) Captured capture_unbounded(std::span<Address> out) {
  const Captured captured = capture(CALL_SITE, {0, 0}, out);
  asm volatile("");
  return captured;
}

TEST(Readable, WholeWalkNeedsNoOtherSystemCall) {
  if (kIsSanitized) GTEST_SKIP() << "the sanitizer makes system calls";
  prepare(nullptr, system_lookup());
  const pid_t child = fork();
  if (child == 0) {
    Address out[64];
    allow_futex_only();
    const Captured captured = capture_unbounded(out);
    _exit(captured.end == End::outermost && captured.count > 3 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status)) << "a system call that the filter forbids";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace leakhook::unwind
