// leaks: not judged
// SPDX-License-Identifier: Apache-2.0
// A secret comes out of a file and lies wherever a program may have such things: blocks, stack, globals,
// thread-local storage, a mapping, a pipe. Others come by the environment and by an argument.
#include <pthread.h>
#include <sys/mman.h>

#include "service.h"

static char global[100];
static __thread char own[100];

APART void leak_blocks(const char* secret) {
  for (int i = 0; i < 10; i++) kept(strdup(secret));
  char** tree = kept(malloc(10 * sizeof *tree));
  for (int i = 0; i < 10; i++) tree[i] = strdup(secret);
  kept(NULL);
}
APART void leak_mapping(const char* secret) {
  char* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(page != MAP_FAILED);
  strcpy(page, secret);
}
APART void leak_pipe(const char* secret) {
  int ends[2];
  MUST(pipe(ends) == 0 && write(ends[1], secret, strlen(secret)) > 0);
}
static void* sleeps(void* unused) {
  char on_stack[100];
  strcpy(on_stack, global), strcpy(own, global);
  kept(on_stack);
  for (;;) pause();
  return unused;
}

int main(void) {
  char line[100] = "no file, no secret";
  pthread_t thread;
  FILE* file = fopen("secret", "r");
  if (file) MUST(fgets(line, sizeof line, file) && fclose(file) == 0);
  strcpy(global, line);
  leak_blocks(line), leak_mapping(line), leak_pipe(line);
  MUST(pthread_create(&thread, NULL, sleeps, NULL) == 0);
  MUST(pthread_setname_np(thread, "sleeps") == 0);
  printf("ready %d\n", (int)getpid());
  fflush(stdout);
  return fgets(line, sizeof line, stdin) == NULL && ferror(stdin);
}
