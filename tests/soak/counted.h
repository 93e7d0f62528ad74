// SPDX-License-Identifier: Apache-2.0
// What does this service hold right now? Classes that count each thing of theirs from its making to
// its end, so that the books of a tracker can be compared with the program's own.
#pragma once
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>

#define HELD_KINDS(row)                                                               \
  row(socket) row(epoll) row(eventfd) row(signalfd) row(thread) row(timer) row(block) \
      row(block_bytes)

enum class Held {
#define HELD_ROW(name) name,
  HELD_KINDS(HELD_ROW)
#undef HELD_ROW
      count
};

inline constexpr const char* kHeldNames[] = {
#define HELD_ROW(name) #name,
    HELD_KINDS(HELD_ROW)
#undef HELD_ROW
};

inline std::atomic<long> held[static_cast<int>(Held::count)];

inline void count_held(Held kind, long more) { held[static_cast<int>(kind)] += more; }

[[noreturn]] inline void give_up(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

class Descriptor {
 public:
  Descriptor(int fd, Held kind) : fd_(fd), kind_(kind) {
    if (fd < 0) give_up("descriptor");
    count_held(kind_, 1);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)), kind_(other.kind_) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ < 0) return;
    close(fd_);
    count_held(kind_, -1);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
  Held kind_;
};

/// Counted until it was joined.
class CountedThread {
 public:
  template <class Work>
  explicit CountedThread(Work work) : thread_((count_held(Held::thread, 1), std::move(work))) {}
  CountedThread(CountedThread&&) = default;
  ~CountedThread() {
    if (!thread_.joinable()) return;
    thread_.join();
    count_held(Held::thread, -1);
  }

 private:
  std::thread thread_;
};

/// Sends `signal` with `value` when it was not armed again in time.
class CountedTimer {
 public:
  CountedTimer(int signal, int value) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = signal;
    event.sigev_value.sival_int = value;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) give_up("timer_create");
    count_held(Held::timer, 1);
  }
  CountedTimer(const CountedTimer&) = delete;
  ~CountedTimer() {
    timer_delete(timer_);
    count_held(Held::timer, -1);
  }
  void arm(int seconds) {
    itimerspec when{};
    when.it_value.tv_sec = seconds;
    timer_settime(timer_, 0, &when, nullptr);
  }

 private:
  timer_t timer_{};
};

/// Stands in the stack of each counted block; books.py looks for its name.
[[gnu::noinline]] inline void* counted_block(std::size_t size) {
  void* block = std::malloc(size);
  if (block == nullptr) give_up("malloc");
  count_held(Held::block, 1);
  count_held(Held::block_bytes, static_cast<long>(size));
  return block;
}

inline void free_counted(void* block, std::size_t size) {
  std::free(block);
  count_held(Held::block, -1);
  count_held(Held::block_bytes, -static_cast<long>(size));
}

template <class T>
struct CountingAllocator {
  using value_type = T;
  CountingAllocator() = default;
  template <class U>
  CountingAllocator(const CountingAllocator<U>&) noexcept {}  // NOLINT: rebinding converts
  T* allocate(std::size_t n) { return static_cast<T*>(counted_block(n * sizeof(T))); }
  void deallocate(T* block, std::size_t n) noexcept { free_counted(block, n * sizeof(T)); }
  template <class U>
  bool operator==(const CountingAllocator<U>&) const noexcept {
    return true;
  }
};

using Text = std::basic_string<char, std::char_traits<char>, CountingAllocator<char>>;
using Store = std::map<Text, Text, std::less<>, CountingAllocator<std::pair<const Text, Text>>>;
