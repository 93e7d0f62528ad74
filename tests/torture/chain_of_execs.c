// leaks: 3 heap in leak_in_last_image (15 bytes), 1 eventfd in leak_in_last_image
// args: 60
// long: 3000
// seconds: 100
// SPDX-License-Identifier: Apache-2.0
// A process that becomes itself again and again: by each exec function, with threads that allocate
// meanwhile, from a thread that is not the first. The books of each image begin empty.
#include <fcntl.h>
#include <sys/eventfd.h>

#include "storm.h"

extern char** environ;
static int left, all;
static char* program;

APART void leak_in_last_image(void) {
  for (int i = 0; i < 3; i++) kept(malloc(5));
  MUST(eventfd(0, 0) >= 0);
}
// Gone with the image that took it.
APART void clean_before_exec(void) {
  for (int i = 0; i < 200; i++) kept(malloc(33));
  MUST(eventfd(0, EFD_CLOEXEC) >= 0);
}
static void* allocates(void* unused) {
  for (;;) free(realloc(kept(malloc(50)), 500));
  return unused;
}
static void* becomes_next(void* unused) {
  char number[16], whole[16];
  snprintf(number, sizeof number, "%d", left - 1);
  snprintf(whole, sizeof whole, "%d", all);
  char* arguments[] = {program, number, whole, NULL};
  clean_before_exec();
  switch (left % 4) {
    case 0: execv("/proc/self/exe", arguments); break;
    case 1: execl("/proc/self/exe", program, number, whole, NULL); break;
    case 2: fexecve(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), arguments, environ); break;
    default: execvpe("/proc/self/exe", arguments, environ);
  }
  MUST(!"exec");
  return unused;
}

int main(int argc, char** argv) {
  program = argv[0];
  left = rounds_of(argc, argv, 60);
  all = argc > 2 ? atoi(argv[2]) : left;
  pthread_t thread;
  if (left == 0) {
    leak_in_last_image();
    printf("counts: %d execs in a row\n", all);
    return 0;
  }
  for (int i = 0; i < 2; i++) MUST(pthread_create(&thread, NULL, allocates, NULL) == 0);
  if (left % 3 != 0) becomes_next(NULL);
  MUST(pthread_create(&thread, NULL, becomes_next, NULL) == 0);
  pthread_join(thread, NULL);
  return 1;
}
