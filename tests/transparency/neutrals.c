// SPDX-License-Identifier: Apache-2.0
// What does it cost a program to be started with any library before it? Stands in libleakhook's place
// in bare runs that are witnessed: its name is as long, and it too has a thread-local word (libc keeps
// 16 bytes of heap for it in each thread) and an exit handler (libc keeps 32 of them in a block).
extern int __cxa_atexit(void (*handler)(void*), void* argument, void* library);

static __thread volatile long word;

static void nothing(void* argument) { (void)argument; }

__attribute__((constructor)) static void begins(void) {
  word = 1;
  __cxa_atexit(nothing, (void*)0, (void*)0);
}
