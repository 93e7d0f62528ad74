// leaks: not judged
// dumps: none
// output: stdout
// needs: 32-bit-loader
// SPDX-License-Identifier: Apache-2.0
// The loader of a 32-bit program passes over a 64-bit preload with a line of its own: it must run on.
// Without a libc, so that a compiler for one width makes it.
static int call(int number, int a, const void* b, int c) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

void _start(void) {
  static const char kText[] = "ends well\n";
  call(4, 1, kText, sizeof kText - 1);
  call(1, 0, 0, 0);
}
