// SPDX-License-Identifier: Apache-2.0
// Probes of the stdio and dirent rows.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "probes.h"

namespace leakhook::test {
namespace {

constexpr char kMissing[] = "/nonexistent/file";

int fd_of(FILE* stream) { return fileno(stream); }
int fd_of(DIR* stream) { return dirfd(stream); }
void close_unseen(FILE* stream) { TRUE_ONE(fclose)(stream); }
void close_unseen(DIR* stream) { TRUE_ONE(closedir)(stream); }

template <class T>
void expect_stream(const Seen<T*>& truth, const Seen<T*>& seen, const char* kind,
                   const char* path) {
  ASSERT_NE(seen.value, nullptr);
  EXPECT_EQ(seen.error, truth.error);
  EXPECT_EQ(seen.books, format("real, acquired_fd %s %d %s, set_fd_stream %d", kind,
                               fd_of(seen.value), path, fd_of(seen.value)));
  close_unseen(truth.value);
  close_unseen(seen.value);
}

/// A stream on /dev/null that the books know.
FILE* known_stream(const char* mode) {
  FILE* stream = TRUE_ONE(fopen)("/dev/null", mode);
  HOOKED(dup2, fd_of(stream), 300);  // the ledger knows 300 now
  TRUE_ONE(fclose)(stream);
  return TRUE_ONE(fdopen)(300, mode);
}

}  // namespace

#define PROBE_FOPEN(name)                                                               \
  void probe_##name() {                                                                 \
    expect_stream(REAL(name, "/dev/null", "r"), HOOKED(name, "/dev/null", "r"), "file", \
                  "/dev/null");                                                         \
    FAILS(name, "real", kMissing, "r");                                                 \
    FAILS(name, "real", "/dev/null", "?");                                              \
  }
PROBE_FOPEN(fopen)
PROBE_FOPEN(fopen64)

void probe_tmpfile() { expect_stream(REAL(tmpfile), HOOKED(tmpfile), "file", "-"); }
void probe_tmpfile64() { expect_stream(REAL(tmpfile64), HOOKED(tmpfile64), "file", "-"); }

void probe_popen() {
  const auto seen = HOOKED(popen, "exit 3", "r");
  ASSERT_NE(seen.value, nullptr);
  const std::string pipe =
      format("real, acquired_fd pipe %d -, set_fd_stream %d", fd_of(seen.value), fd_of(seen.value));
  EXPECT_TRUE(std::string(seen.books).starts_with(pipe + ", acquired process ")) << seen.books;
  EXPECT_EQ(TRUE_ONE(pclose)(seen.value), 3 << 8);
  FAILS(popen, "real", "true", "?");
}

void probe_opendir() {
  expect_stream(REAL(opendir, "/tmp"), HOOKED(opendir, "/tmp"), "directory", "/tmp");
  FAILS(opendir, "real", kMissing);
}

#define PROBE_FREOPEN(name)                                                                        \
  void probe_##name() {                                                                            \
    FILE* stream = known_stream("r");                                                              \
    const auto seen = HOOKED(name, "/dev/zero", "r", stream);                                      \
    ASSERT_EQ(seen.value, stream);                                                                 \
    EXPECT_EQ(seen.books,                                                                          \
              format("released_stream 300, real, acquired_fd file %d /dev/zero, set_fd_stream %d", \
                     fd_of(stream), fd_of(stream)));                                               \
    const int fd = fd_of(stream);                                                                  \
    const auto again = HOOKED(name, nullptr, "r", stream);                                         \
    ASSERT_EQ(again.value, stream);                                                                \
    EXPECT_EQ(again.books,                                                                         \
              format("released_stream %d, real, acquired_fd file %d -, set_fd_stream %d", fd,      \
                     fd_of(stream), fd_of(stream)));                                               \
    FILE* ours = TRUE_ONE(fopen)("/dev/null", "r");                                                \
    const int gone = fd_of(ours);                                                                  \
    const auto failed = HOOKED(name, kMissing, "r", ours);                                         \
    EXPECT_EQ(failed.value, nullptr);                                                              \
    EXPECT_EQ(failed.books, format("released_stream %d, real", gone));                             \
    EXPECT_EQ(failed.error, ENOENT);                                                               \
    TRUE_ONE(fclose)(stream);                                                                      \
  }
PROBE_FREOPEN(freopen)
PROBE_FREOPEN(freopen64)

// A stream over a descriptor that the books know changes nothing; over another it is adopted.
void probe_fdopen() {
  FILE* base = known_stream("r");
  const auto seen = HOOKED(fdopen, 300, "r");
  EXPECT_EQ(seen.books, "real, withdraw_fd 300, restore_fd known, set_fd_stream 300");
  TRUE_ONE(fclose)(base);
  const int unknown = TRUE_ONE(dup2)(0, 301);
  const auto adopted = HOOKED(fdopen, unknown, "r");
  ASSERT_NE(adopted.value, nullptr);
  EXPECT_EQ(adopted.error, REAL(fdopen, unknown, "r").error);
  EXPECT_EQ(adopted.books.substr(0, 47),
            "real, withdraw_fd 301, acquired_fd " + adopted.books.substr(35, 47 - 35));
  TRUE_ONE(fclose)(adopted.value);
  FAILS(fdopen, "real", -1, "r");
}

void probe_fdopendir() {
  const int fd = TRUE_ONE(dup2)(TRUE_ONE(open)("/tmp", O_RDONLY | O_DIRECTORY, 0), 302);
  const auto seen = HOOKED(fdopendir, fd);
  ASSERT_NE(seen.value, nullptr);
  EXPECT_EQ(seen.books, "real, withdraw_fd 302, acquired_fd directory 302 -, set_fd_stream 302");
  TRUE_ONE(closedir)(seen.value);
  FAILS(fdopendir, "real", -1);
}

#define PROBE_FCLOSE(name)                                                                      \
  void probe_##name() {                                                                         \
    FILE* stream = TRUE_ONE(fopen)("/dev/null", "r");                                           \
    const int fd = fd_of(stream);                                                               \
    const auto seen = HOOKED(name, stream);                                                     \
    EXPECT_EQ(seen.value, 0);                                                                   \
    EXPECT_EQ(seen.error, kUntouched);                                                          \
    EXPECT_EQ(seen.books, format("released_stream %d, real", fd));                              \
    char memory[8];                                                                             \
    const auto bare = HOOKED(name, fmemopen(memory, sizeof memory, "w"));                       \
    EXPECT_EQ(bare.books, "released_stream -1, real");                                          \
    EXPECT_EQ(bare.error, kUntouched);                                                          \
    FILE* robbed = TRUE_ONE(fopen)("/dev/null", "r");                                           \
    const int gone = fd_of(robbed);                                                             \
    TRUE_ONE(close)(gone);                                                                      \
    const auto refused = HOOKED(name, robbed);                                                  \
    EXPECT_EQ(refused.value, EOF);                                                              \
    EXPECT_EQ(refused.error, EBADF);                                                            \
    EXPECT_EQ(refused.books, format("released_stream %d, real, close_refused %d", gone, gone)); \
  }
PROBE_FCLOSE(fclose)

void probe_pclose() {
  FILE* stream = TRUE_ONE(popen)("exit 5", "r");
  const int fd = fd_of(stream);
  const auto seen = HOOKED(pclose, stream);
  EXPECT_EQ(seen.value, 5 << 8);
  const std::string close = format("released_stream %d, real", fd);
  EXPECT_TRUE(std::string(seen.books).starts_with(close + ", released process ")) << seen.books;
}

void probe_closedir() {
  DIR* stream = TRUE_ONE(opendir)("/tmp");
  const int fd = fd_of(stream);
  const auto seen = HOOKED(closedir, stream);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books, format("released_stream %d, real", fd));
  FAILS(closedir, "released_stream -1, real", nullptr);
}

}  // namespace leakhook::test
