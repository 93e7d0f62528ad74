// SPDX-License-Identifier: Apache-2.0

// What do the programs of this folder share? How to lose a pointer for certain, and how to keep one.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Has a frame of its own, and callers know nothing of what it does.
#define APART __attribute__((noinline, noipa))

#define MUST(claim)                                                   \
  do {                                                                \
    if (!(claim)) dprintf(2, "line %d: not so: %s\n", __LINE__, #claim), _exit(99); \
  } while (0)

// The twin of a program gives back what the program loses.
#ifdef CLEAN
enum { kIsClean = 1 };
#else
enum { kIsClean = 0 };
#endif

// The pointer, of which the compiler knows nothing any more.
__attribute__((unused)) static inline void* seen(void* pointer) {
  __asm__ volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

// A block with a value in each word that looks like no pointer.
__attribute__((unused)) APART static void* block(size_t size) {
  void* pointer = malloc(size);
  MUST(pointer);
  memset(pointer, 0x11, size);
  return seen(pointer);
}

// An address in a form that no tool takes for one.
__attribute__((unused)) static inline uintptr_t hidden(void* pointer) { return ~(uintptr_t)pointer; }

// Clears what earlier calls left on the stack and in the registers that a call may change.
__attribute__((unused)) APART static void wipe(void) {
  long dead[8192];
  memset(dead, 0, sizeof dead);
  seen(dead);
  __asm__ volatile(
      "xor %%eax, %%eax\n xor %%ecx, %%ecx\n xor %%edx, %%edx\n xor %%esi, %%esi\n xor %%edi, %%edi\n"
      "xor %%r8d, %%r8d\n xor %%r9d, %%r9d\n xor %%r10d, %%r10d\n xor %%r11d, %%r11d\n"
      "pxor %%xmm0, %%xmm0\n pxor %%xmm1, %%xmm1\n pxor %%xmm2, %%xmm2\n pxor %%xmm3, %%xmm3\n"
      : : : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2",
            "xmm3", "cc", "memory");
}
