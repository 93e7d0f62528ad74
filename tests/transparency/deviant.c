// SPDX-License-Identifier: Apache-2.0
// Would the suite notice? Takes libleakhook's place and changes one thing that programs, their users
// or their children can see; which one is chosen when it is compiled.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define IS(what) (DEVIATION == (what))
enum { nothing, status, stdout_, stderr_, files, left, descriptors, blocked, ignored, handlers, threads,
       heap, allocator };

static void* wait_forever(void* argument) {
  for (;;) pause();
  return argument;
}

static void handle(int number) { (void)number; }

static void leave_a_child(void) {
  if (fork() != 0) return;
  for (;;) pause();
}

__attribute__((constructor)) static void begins(void) {
  pthread_t thread;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  if (IS(stdout_) && write(1, "more\n", 5) != 5) abort();
  if (IS(stderr_) && write(2, "more\n", 5) != 5) abort();
  if (IS(files)) close(open("more", O_CREAT | O_WRONLY, 0600));
  if (IS(left)) leave_a_child();
  if (IS(descriptors)) open("/dev/null", O_RDONLY);
  if (IS(blocked)) sigprocmask(SIG_BLOCK, &set, NULL);
  if (IS(ignored)) signal(SIGWINCH, SIG_IGN);
  if (IS(handlers)) signal(SIGUSR1, handle);
  if (IS(threads)) pthread_create(&thread, NULL, wait_forever, NULL);
  if (IS(heap)) *(char* volatile*)&(char*){NULL} = malloc(100);
}

__attribute__((destructor)) static void ends(void) {
  if (IS(status)) syscall(SYS_exit_group, 3);
}

#if DEVIATION == 12
// Another allocator than the program had.
static char memory[8 << 20];
static size_t used;

static int is_ours(const void* block) {
  return (const char*)block >= memory && (const char*)block < memory + sizeof memory;
}

void* malloc(size_t size) {
  const size_t at = (used + 31) & ~(size_t)15;
  if (size > sizeof memory - at) return NULL;
  used = at + size;
  memcpy(memory + at - sizeof size, &size, sizeof size);
  return memory + at;
}

void free(void* block) {
  extern void __libc_free(void*);
  if (!is_ours(block)) __libc_free(block);
}
#endif
