// SPDX-License-Identifier: Apache-2.0
// Probes of the mapping rows.
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "probes.h"

namespace leakhook::test {
namespace {

void* pages(std::size_t size) {
  return TRUE_ONE(mmap)(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
void unmap_unseen(void* at, std::size_t size) { TRUE_ONE(munmap)(at, size); }
std::string withdrawn(void* at, int size) { return format("withdraw_range %p %d, real", at, size); }

}  // namespace

#define PROBE_MMAP(name)                                                                           \
  void probe_##name() {                                                                            \
    const auto seen = HOOKED(name, nullptr, 5000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  \
    ASSERT_NE(seen.value, MAP_FAILED);                                                             \
    EXPECT_EQ(seen.error, kUntouched);                                                             \
    EXPECT_EQ(seen.books, format("real, acquired_mapping %p 8192", seen.value));                   \
    const auto over =                                                                              \
        HOOKED(name, seen.value, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0); \
    EXPECT_EQ(over.books, format("real, acquired_mapping %p 4096 over others", seen.value));       \
    unmap_unseen(seen.value, 8192);                                                                \
    FAILS(name, "real", nullptr, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);                \
    FAILS(name, "real", nullptr, 4096, PROT_READ, MAP_PRIVATE, -1, 0);                             \
  }
PROBE_MMAP(mmap)
PROBE_MMAP(mmap64)

void probe_munmap() {
  void* at = pages(8192);
  const auto seen = HOOKED(munmap, at, 5000);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books, withdrawn(at, 8192));
  FAILS(munmap, "real, restore_range empty", at, 0);
  FAILS(munmap, "real, restore_range empty", static_cast<char*>(at) + 1, 4096);
  FAILS(munmap, "real, restore_range empty", at, SIZE_MAX - 5000);
  FAILS(munmap, "real, restore_range empty", nullptr, SIZE_MAX / 2 - 8191);
}

void probe_mremap() {
  void* at = pages(8192);
  const auto moved = HOOKED(mremap, at, 8192, 1 << 20, MREMAP_MAYMOVE, nullptr);
  ASSERT_NE(moved.value, MAP_FAILED);
  EXPECT_EQ(moved.error, kUntouched);
  EXPECT_EQ(moved.books,
            withdrawn(at, 8192) + format(", acquired_mapping %p %d", moved.value, 1 << 20));
  FAILS(mremap, withdrawn(moved.value, 8192) + ", restore_range known", moved.value, 8192, 8192,
        1 << 20, nullptr);
  FAILS(mremap, "real, restore_range empty", moved.value, 8192, 0, 0, nullptr);
  const auto copy =
      HOOKED(mremap, moved.value, 8192, 8192, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, nullptr);
  EXPECT_EQ(copy.books, format("real, acquired_mapping %p 8192", copy.value));
  unmap_unseen(copy.value, 8192);
  void* target = pages(4096);
  const auto fixed = HOOKED(mremap, moved.value, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  EXPECT_EQ(fixed.value, target);  // the fifth argument came through
  EXPECT_EQ(fixed.books, withdrawn(moved.value, 4096) +
                             format(", acquired_mapping %p 4096 over others", target));
  unmap_unseen(target, 4096);
  unmap_unseen(moved.value, 1 << 20);
}

void probe_shmat() {
  const int id = shmget(IPC_PRIVATE, 5000, 0600);
  ASSERT_GE(id, 0);
  const auto seen = HOOKED(shmat, id, nullptr, 0);
  shmctl(id, IPC_RMID, nullptr);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books, format("real, acquired_mapping %p 8192 shm", seen.value));
  TRUE_ONE(shmdt)(seen.value);
  FAILS(shmat, "real", -1, nullptr, 0);
}

/// The end of the heap is asked for first.
void probe_sbrk() {
  void* before = TRUE_ONE(sbrk)(0);
  const auto asked = HOOKED(sbrk, 0);
  EXPECT_EQ(asked.value, before);
  EXPECT_EQ(asked.books, "real, real");
  const auto more = HOOKED(sbrk, 5000);
  EXPECT_EQ(more.value, before);
  EXPECT_EQ(more.error, kUntouched);
  EXPECT_EQ(more.books, format("real, real, acquired_mapping %p 5000", before));
  const auto less = HOOKED(sbrk, -5000);
  EXPECT_EQ(less.books, "real, " + withdrawn(before, 5000));
  EXPECT_EQ(TRUE_ONE(sbrk)(0), before);
  FAILS(sbrk, "real, real, restore_range empty", PTRDIFF_MAX);
}

void probe_brk() {
  char* before = static_cast<char*>(TRUE_ONE(sbrk)(0));
  const auto more = HOOKED(brk, before + 5000);
  EXPECT_EQ(more.value, 0);
  EXPECT_EQ(more.error, kUntouched);
  EXPECT_EQ(more.books, format("real, acquired_mapping %p 5000", static_cast<void*>(before)));
  const auto less = HOOKED(brk, before);
  EXPECT_EQ(less.books, withdrawn(before, 5000));
  FAILS(brk, "real, restore_range empty", reinterpret_cast<void*>(PTRDIFF_MAX));
}

void probe_shmdt() {
  const int id = shmget(IPC_PRIVATE, 5000, 0600);
  void* at = TRUE_ONE(shmat)(id, nullptr, 0);
  shmctl(id, IPC_RMID, nullptr);
  const auto seen = HOOKED(shmdt, at);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books, withdrawn(at, 8192));
  FAILS(shmdt, withdrawn(at, 8192) + ", restore_range known", at);
}

}  // namespace leakhook::test
