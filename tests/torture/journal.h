// SPDX-License-Identifier: Apache-2.0
// What does a program know of itself that survives its death? A journal in a shared file: a page for
// each thread, which that thread alone writes. killed.py reads it.
//
// Before an operation the thread writes down what it is about to change and how many there are now;
// afterwards the new number, then that nothing is under way. The kernel keeps the order in which the
// processor stores.
#pragma once
#include <fcntl.h>
#include <sys/mman.h>

#include "storm.h"

enum { kPaths = 23, kMostThreads = 16 };

typedef struct {
  _Atomic int64_t live[kPaths];
  // The operation under way: call paths + 1, or 0. A realloc goes from one to another.
  struct {
    _Atomic int64_t taken, given;           // path + 1
    _Atomic int64_t taken_live, given_live;  // of these paths before
    _Atomic int64_t is_valid;
  } now;
  _Atomic int64_t operations;
  char padding[4096 - 8 * (kPaths + 6)];
} Page;
_Static_assert(sizeof(Page) == 4096, "killed.py reads pages of this size");

static Page* journal;

static inline void open_journal(const char* path) {
  const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  MUST(fd >= 0 && ftruncate(fd, sizeof(Page) * kMostThreads) == 0);
  journal = mmap(NULL, sizeof(Page) * kMostThreads, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  MUST(journal != MAP_FAILED && close(fd) == 0);
}

// Paths, or −1.
static inline void begins(Page* page, int taken, int given) {
  page->now.taken = taken + 1;
  page->now.given = given + 1;
  page->now.taken_live = taken < 0 ? 0 : page->live[taken];
  page->now.given_live = given < 0 ? 0 : page->live[given];
  page->now.is_valid = 1;
}
static inline void ends(Page* page, int taken, int given) {
  if (taken >= 0) page->live[taken]++;
  if (given >= 0) page->live[given]--;
  page->operations++;
  page->now.is_valid = 0;
}
