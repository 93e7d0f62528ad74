// SPDX-License-Identifier: Apache-2.0
// Nothing leaks here: the only pointers are in vector registers of threads that run a loop, in the
// lower half of one, and in the upper half of one where the processor has such.
#include "../verdicts/thread.h"

// Moves the hidden address into a register by `load`, wipes the general one and runs a loop.
#define WITH_ADDRESS_IN(address_hidden, load, ...)                                          \
  __asm__ volatile(                                                                         \
      "mov %0, %%r12\n not %%r12\n " load                                                   \
      "\n xor %%r12d, %%r12d\n 1:\n lock incl runs(%%rip)\n jmp 1b\n"                       \
      :                                                                                     \
      : "r"(address_hidden)                                                                 \
      : "r12", "memory", __VA_ARGS__)

APART static uintptr_t hidden_block(size_t size) { return hidden(block(size)); }

static atomic_int runs;

static void* holds_in_lower_half(void* unused) {
  const uintptr_t address = hidden_block(100);
  wipe();
  WITH_ADDRESS_IN(address, "movq %%r12, %%xmm7", "xmm7");
  return unused;
}

__attribute__((target("avx"))) static void hold_in_upper_half(uintptr_t address) {
  WITH_ADDRESS_IN(address,
                  "vmovq %%r12, %%xmm9\n vinsertf128 $1, %%xmm9, %%ymm9, %%ymm9\n"
                  "vpxor %%xmm8, %%xmm8, %%xmm8\n vinsertf128 $0, %%xmm8, %%ymm9, %%ymm9",
                  "xmm8", "xmm9");
}

static void* holds_in_upper_half(void* unused) {
  const uintptr_t address = hidden_block(200);
  wipe();
  if (__builtin_cpu_supports("avx")) hold_in_upper_half(address);
  WITH_ADDRESS_IN(address, "movq %%r12, %%xmm15", "xmm15");
  return unused;
}

static void start_and_await(void* (*function)(void*)) {
  const int before = atomic_load(&runs);
  start(function, NULL);
  while (atomic_load(&runs) < before + 1000000) sched_yield();
}

int main(void) {
  start_and_await(holds_in_lower_half);
  start_and_await(holds_in_upper_half);
  wipe();
  exit(0);
}
