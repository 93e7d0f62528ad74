// SPDX-License-Identifier: Apache-2.0
// The hooks of mappings. The books count in whole pages, as the kernel does.
#include <errno.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "../ledger/sandbox.h"
#include "declarations.h"

namespace leakhook {
namespace {

constexpr std::size_t kPage = 4096;

/// 0 when that overflows: such calls fail.
std::size_t rounded_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) & ~(unit - 1);
}

/// What mmap really maps: huge pages are never split.
std::size_t mapped_size(std::size_t size, int flags) {
  if ((flags & MAP_HUGETLB) == 0) return rounded_up(size, kPage);
  const int shift = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
  return rounded_up(size, std::size_t{1} << (shift != 0 ? shift : 21));
}

void* mapped(const ledger::Caller& caller, void* result, std::size_t size, int flags) {
  const auto beneath =
      (flags & MAP_FIXED) != 0 ? ledger::Beneath::others : ledger::Beneath::nothing;
  if (result != MAP_FAILED)
    ledger::acquired_mapping(caller, result, mapped_size(size, flags), beneath);
  return result;
}

/// The books of a range that a call takes away, unless it fails.
class Removal {
 public:
  /// Ranges that the kernel refuses (unaligned, empty, beyond the address space) stay untouched.
  Removal(const void* at, std::size_t size) {
    const auto start = reinterpret_cast<std::uintptr_t>(at);
    const std::size_t whole = rounded_up(size, kPage);
    if (start % kPage == 0 && whole != 0 && start + whole > start && start + whole <= kSpace)
      ledger::withdraw_range(at, whole, &range_);
  }
  void undo() const { ledger::restore_range(range_); }

 private:
  static constexpr std::uintptr_t kSpace = std::uintptr_t{1} << 56;  ///< of the largest page tables
  ledger::WithdrawnRange range_;
};

/// What the program itself moves the end of the kernel's heap by; malloc moves it past our hooks.
/// Before a move down: the books of what it takes away.
class HeapEnd {
 public:
  HeapEnd() : before_(reinterpret_cast<std::uintptr_t>(real::sbrk(0))) {}
  void goes_down_by(std::uintptr_t bytes) {
    if (bytes <= before_) ledger::withdraw_range(pointer(before_ - bytes), bytes, &range_);
  }
  /// Nothing where it went down.
  void went_to(const ledger::Caller& caller, std::uintptr_t end) const {
    if (end > before_)
      ledger::acquired_mapping(caller, pointer(before_), end - before_, ledger::Beneath::nothing);
  }
  void undo() const { ledger::restore_range(range_); }
  std::uintptr_t before() const { return before_; }

 private:
  static const void* pointer(std::uintptr_t at) { return reinterpret_cast<const void*>(at); }
  std::uintptr_t before_;
  ledger::WithdrawnRange range_;
};

}  // namespace

void* hook_sbrk(std::intptr_t increment) {
  HeapEnd end;
  if (increment < 0) end.goes_down_by(-static_cast<std::uintptr_t>(increment));
  void* result = real::sbrk(increment);
  if (result == reinterpret_cast<void*>(-1))
    end.undo();
  else
    end.went_to(LEAKHOOK_CALLER, end.before() + static_cast<std::uintptr_t>(increment));
  return result;
}

int hook_brk(void* wanted) {
  HeapEnd end;
  const auto to = reinterpret_cast<std::uintptr_t>(wanted);
  if (to != 0 && to < end.before()) end.goes_down_by(end.before() - to);
  const int result = real::brk(wanted);
  if (result != 0)
    end.undo();
  else
    end.went_to(LEAKHOOK_CALLER, to);
  return result;
}

void* hook_mmap(void* at, std::size_t size, int protection, int flags, int fd, off_t offset) {
  void* result = real::mmap(at, size, protection, flags, fd, offset);
  return mapped(LEAKHOOK_CALLER, result, size, flags);
}

void* hook_mmap64(void* at, std::size_t size, int protection, int flags, int fd, off64_t offset) {
  void* result = real::mmap64(at, size, protection, flags, fd, offset);
  return mapped(LEAKHOOK_CALLER, result, size, flags);
}

int hook_munmap(void* at, std::size_t size) {
  const Removal removal(at, size);
  const int result = real::munmap(at, size);
  if (result != 0) removal.undo();
  return result;
}

void* hook_mremap(void* at, std::size_t old_size, std::size_t new_size, int flags, void* new_at) {
  const bool keeps_old = old_size == 0 || (flags & MREMAP_DONTUNMAP) != 0;
  const Removal removal(at, keeps_old || new_size == 0 ? 0 : old_size);
  void* result = real::mremap(at, old_size, new_size, flags, new_at);
  const auto beneath =
      (flags & MREMAP_FIXED) != 0 ? ledger::Beneath::others : ledger::Beneath::nothing;
  if (result != MAP_FAILED)
    ledger::acquired_mapping(LEAKHOOK_CALLER, result, rounded_up(new_size, kPage), beneath);
  else
    removal.undo();
  return result;
}

void* hook_shmat(int id, const void* at, int flags) {
  void* result = real::shmat(id, at, flags);
  if (result == reinterpret_cast<void*>(-1)) return result;
  const int kept = errno;
  shmid_ds segment{};
  std::size_t size = kPage;  // at least; its true size is a question that may be forbidden
  if (!ledger::is_sandboxed() && shmctl(id, IPC_STAT, &segment) == 0)
    size = rounded_up(segment.shm_segsz, kPage);
  errno = kept;
  const auto beneath =
      (flags & SHM_REMAP) != 0 ? ledger::Beneath::others : ledger::Beneath::nothing;
  ledger::acquired_mapping(LEAKHOOK_CALLER, result, size, beneath, true);
  return result;
}

int hook_shmdt(const void* at) {
  const Removal removal(at, ledger::shm_size(at));
  const int result = real::shmdt(at);
  if (result != 0) removal.undo();
  return result;
}

}  // namespace leakhook
