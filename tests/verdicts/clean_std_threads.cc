// verdict: definite 0, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Threads, futures, locks and thread-local objects of the C++ library.
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "program.h"

thread_local std::string of_thread;

APART static std::size_t use(int number) {
  of_thread.assign(1000, 'x');
  return of_thread.size() + std::to_string(number).size();
}

APART static void run() {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable changed;
  int done = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, text = std::string(100, 'y')] {
      std::lock_guard lock(mutex);
      done += use(i) > 0 && !text.empty();
      changed.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return done == 4; });
  lock.unlock();
  for (auto& thread : threads) thread.join();
  auto future = std::async(std::launch::async, use, 5);
  std::promise<std::string> promise;
  promise.set_value(std::string(200, 'z'));
  MUST(future.get() > 0 && promise.get_future().get().size() == 200);
}

int main() {
  run();
  wipe();
  return 0;
}
