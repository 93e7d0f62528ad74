// SPDX-License-Identifier: Apache-2.0
// Threads that allocate, wait for each other and end in every way; prints one number.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static long total;

static void* work(void* argument) {
  const long number = (long)argument;
  long* block = calloc(1000, sizeof *block);
  for (int i = 0; i < 1000; i++) block[i] = number * i;
  pthread_barrier_wait(&barrier);
  pthread_mutex_lock(&lock);
  total += block[999];
  pthread_mutex_unlock(&lock);
  free(block);
  if (number % 2) pthread_exit(argument);
  return argument;
}

int main(void) {
  pthread_t threads[16];
  for (int round = 0; round < 30; round++) {
    pthread_barrier_init(&barrier, NULL, 16);
    for (long i = 0; i < 16; i++) pthread_create(&threads[i], NULL, work, (void*)i);
    for (int i = 0; i < 16; i++) pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
  }
  printf("%ld\n", total);
  return 0;
}
