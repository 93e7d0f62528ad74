// SPDX-License-Identifier: Apache-2.0
// System calls that take more than one line.
#include "system.h"

#include <fcntl.h>

#include <cerrno>

namespace leakhook::sys {

void* map(void* at, std::size_t size, int protection, int flags, int fd) {
  const long result = call(SYS_mmap, word(at), static_cast<long>(size), protection, flags, fd, 0);
  return failed(result) ? nullptr : reinterpret_cast<void*>(result);
}

long clone_call(int (*body)(void*), void* stack_end, unsigned long flags, void* argument,
                void* parent_tid, void* child_tid) {
  auto** top = static_cast<void**>(stack_end) - 2;  // 16-byte aligned once both are popped
  top[0] = reinterpret_cast<void*>(body);
  top[1] = argument;
  long result;
  register void* r10 __asm__("r10") = child_tid;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "pop %%rax\n\t"
      "pop %%rdi\n\t"
      "call *%%rax\n\t"
      "mov %%eax, %%edi\n\t"
      "mov %[exit], %%eax\n\t"
      "syscall\n"
      "1:"
      : "=a"(result)
      : "a"(SYS_clone), "D"(flags), "S"(top), "d"(parent_tid), "r"(r10),
        "r"(r8), [exit] "i"(SYS_exit)
      : "rcx", "r11", "memory");
  return result;
}

long read_file(const char* path, char* to, std::size_t size, int more) {
  const long fd = open(path, O_RDONLY | O_CLOEXEC | more);
  if (failed(fd)) return fd;
  std::size_t have = 0;
  long got = 0;
  while (have < size && (got = read(static_cast<int>(fd), to + have, size - have)) != 0) {
    if (got == -EINTR) continue;
    if (got < 0) break;
    have += static_cast<std::size_t>(got);
  }
  close(static_cast<int>(fd));
  return got < 0 ? got : static_cast<long>(have);
}

bool write_all(int fd, const void* from, std::size_t size) {
  const char* at = static_cast<const char*>(from);
  while (size > 0) {
    const long wrote = write(fd, at, size);
    if (wrote == -EINTR) continue;
    if (wrote <= 0) return false;
    at += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return true;
}

}  // namespace leakhook::sys
