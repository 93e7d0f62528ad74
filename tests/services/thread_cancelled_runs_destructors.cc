// leaks: nothing
// libc keeps: heap in clean_all
// SPDX-License-Identifier: Apache-2.0
// A cancelled thread unwinds through our hooks: the destructors of the program's objects run.
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>

#include "service.h"

static std::atomic<int> alive{0};
static int ends[2], listener;

struct Counted {
  Counted() { alive++; }
  ~Counted() { alive--; }
  std::unique_ptr<char[]> block{new char[50]};
};

typedef void (*Blocks)();
static void in_accept() { accept(listener, nullptr, nullptr); }
static void in_read() {
  char byte;
  (void)!recv(ends[0], &byte, 1, 0);
}
static void in_join() {
  static pthread_t other;
  static std::atomic<bool> is_started{false};
  if (!is_started.exchange(true))
    MUST(pthread_create(&other, nullptr, [](void*) -> void* { for (;;) pause(); }, nullptr) == 0);
  pthread_join(other, nullptr);
}
static void in_test() {
  for (;;) {
    pthread_testcancel();
    free(kept(malloc(10)));
  }
}

static void* blocks(void* how) {
  const Counted outer;
  [&] {
    const Counted inner;
    for (;;) reinterpret_cast<Blocks>(how)();
  }();
  return nullptr;
}
APART void clean_all() {
  for (const Blocks how : {in_accept, in_read, in_test, in_join}) {
    pthread_t thread;
    void* result;
    MUST(pthread_create(&thread, nullptr, blocks, reinterpret_cast<void*>(how)) == 0);
    while (alive != 2) sched_yield();
    MUST(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
    printf("%d %d\n", result == PTHREAD_CANCELED, alive.load());
  }
}

int main() {
  const sockaddr any{AF_UNIX, {}};  // the kernel chooses a name
  puts("stdio has its buffer now");
  listener = socket(AF_UNIX, SOCK_STREAM, 0);
  MUST(bind(listener, &any, sizeof any.sa_family) == 0 && listen(listener, 1) == 0);
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  clean_all();
  fflush(stdout);
  _exit(0);
}
