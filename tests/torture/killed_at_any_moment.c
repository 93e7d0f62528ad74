// leaks: not judged
// SPDX-License-Identifier: Apache-2.0
// Threads take and give back resources by 23 call paths and keep a journal of it, until somebody kills
// the process. Each call path of the heap has a size of its own in each thread, so that the size of
// a record tells which stack it must have.
//
// Argument: the journal's path. Prints `ready PID`. With a second argument it ends by itself after so
// many operations of each thread, holding what the journal says.
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "journal.h"

enum { kThreads = 6, kHeld = 40, kMovable = 8 };
static int64_t enough = INT64_MAX;

// Of what path `path` takes in `thread`: bytes of a block, pages of a mapping.
static size_t size_of(int thread, int path) { return 1000 + 64 * (size_t)thread + (size_t)path; }

typedef struct {
  int path;  // −1: nothing
  void* block;
  int fd;
  timer_t timer;
  pthread_t thread;
  sem_t may_end;  // that thread
} Held;

static void* waits(void* may_end) {
  while (sem_wait(may_end) != 0) continue;
  return NULL;
}

// One function for each path, so that its name stands in the stack.
#define PATH(number, call)                                \
  APART void leak_path_##number(Held* held, int thread) { \
    const size_t size = size_of(thread, number);          \
    (void)size;                                           \
    call;                                                 \
    held->path = number;                                  \
  }
#define TAKES(number, call) PATH(number, MUST((held->block = call) != NULL))
#define MOVES(number) TAKES(number, realloc(held->block, size))
TAKES(0, malloc(size))
TAKES(1, calloc(1, size))
TAKES(2, realloc(NULL, size))
PATH(3, MUST(posix_memalign(&held->block, 64, size) == 0))
TAKES(4, malloc(size))
TAKES(5, malloc(size))
TAKES(6, calloc(size, 1))
TAKES(7, aligned_alloc(16, size))
MOVES(8) MOVES(9) MOVES(10) MOVES(11) MOVES(12) MOVES(13) MOVES(14) MOVES(15)
#define OPENS(number, call) PATH(number, MUST((held->fd = call) >= 0))
OPENS(16, eventfd(0, 0))
OPENS(17, open("/dev/null", O_RDONLY))
OPENS(18, memfd_create("killed", 0))
OPENS(19, epoll_create1(0))
PATH(20, struct sigevent event = {.sigev_notify = SIGEV_NONE};
     MUST(timer_create(CLOCK_MONOTONIC, &event, &held->timer) == 0))
PATH(21, held->block = mmap(NULL, 4096 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
     MUST(held->block != MAP_FAILED))
PATH(22, MUST(sem_init(&held->may_end, 0, 0) == 0);
     MUST(pthread_create(&held->thread, NULL, waits, &held->may_end) == 0))

static void (*const paths[kPaths])(Held*, int) = {
    leak_path_0,  leak_path_1,  leak_path_2,  leak_path_3,  leak_path_4,  leak_path_5,
    leak_path_6,  leak_path_7,  leak_path_8,  leak_path_9,  leak_path_10, leak_path_11,
    leak_path_12, leak_path_13, leak_path_14, leak_path_15, leak_path_16, leak_path_17,
    leak_path_18, leak_path_19, leak_path_20, leak_path_21, leak_path_22};

static void give_back(Held* held, int thread) {
  switch (held->path) {
    case 16 ... 19:
      MUST(close(held->fd) == 0);
      break;
    case 20:
      MUST(timer_delete(held->timer) == 0);
      break;
    case 21:
      MUST(munmap(held->block, 4096 * size_of(thread, 21)) == 0);
      break;
    case 22:
      MUST(sem_post(&held->may_end) == 0 && pthread_join(held->thread, NULL) == 0);
      break;
    default:
      free(held->block);
  }
  held->path = -1;
}

static void change(Held* held, Page* page, int thread, uint32_t choice) {
  const int from = held->path;
  if (from < 0) {
    // Threads are dear: one in sixteen.
    const int path = choice % 16 == 0 ? 22 : (int)(choice / 16 % 15);
    const int taken = path < kMovable || path == 22 ? path : path + kMovable;
    begins(page, taken, -1);
    paths[taken](held, thread);
    ends(page, taken, -1);
  } else if (from < kMovable && choice % 2) {
    begins(page, from + kMovable, from);
    paths[from + kMovable](held, thread);
    ends(page, from + kMovable, from);
  } else {
    begins(page, -1, from);
    give_back(held, thread);
    ends(page, -1, from);
  }
}

static void* works(void* number) {
  const int thread = (int)(intptr_t)number;
  Page* page = &journal[thread];
  Held held[kHeld];
  for (int i = 0; i < kHeld; i++) held[i].path = -1;
  uint32_t random = (uint32_t)getpid() * 16 + (uint32_t)thread;
  while (page->operations < enough) {
    const uint32_t slot = next_random(&random) % kHeld;
    change(&held[slot], page, thread, next_random(&random));
  }
  return NULL;
}

int main(int argc, char** argv) {
  pthread_t threads[kThreads];
  MUST(argc > 1);
  open_journal(argv[1]);
  if (argc > 2) enough = atoll(argv[2]);
  for (intptr_t i = 0; i < kThreads; i++)
    MUST(pthread_create(&threads[i], NULL, works, (void*)i) == 0);
  printf("ready %d\n", (int)getpid());
  fflush(stdout);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  return 0;
}
