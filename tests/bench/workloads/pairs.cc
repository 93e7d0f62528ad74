// SPDX-License-Identifier: Apache-2.0
// What does a malloc+free pair cost? Small random sizes, DEPTH frames of recursion, 64 call paths.
//
// usage: pairs DEPTH THREADS MILLISECONDS|COUNTx even|mixed cpu|wall
// The outer frames have four sizes in turn; in each of the three innermost, one of four call sites
// is drawn, which makes 64 stacks. With `even` these lead to frames of one size, so that the
// innermost frame always stands where it stood; with `mixed` to frames of four sizes.
// Prints nanoseconds of a thread per pair, calls and draws included: of CPU, or on the wall, as
// threads may wait for each other. `COUNTx` does that many pairs instead of watching the clock: for
// counting instructions.
#include <pthread.h>

#include <cstring>
#include <vector>

#include "calls.h"

namespace {

constexpr int kTurns = 3;
constexpr int kSizes = 1024;
std::size_t sizes[kSizes];

struct Order {
  int depth;
  bool is_mixed;
  double milliseconds;  // 0: count
  long count;
  unsigned seed;
  double (*clock)();
  double ns_per_pair;
};

APART void pair(unsigned draw) {
  auto* block = static_cast<volatile char*>(std::malloc(sizes[draw % kSizes]));
  block[0] = 1;
  std::free(const_cast<char*>(block));
}

template <int kTurn, int kRoom, bool kMixed>
APART unsigned turn(unsigned path, unsigned draw);

/// Four call sites; what follows them keeps each a call and makes them differ.
template <int kTurn, bool kMixed>
inline __attribute__((always_inline)) unsigned go_on(unsigned path, unsigned draw) {
  if constexpr (kTurn == kTurns) {
    pair(draw);
    return path;
  } else {
    switch (path % 4) {
      case 0:
        return turn<kTurn + 1, 24, kMixed>(path / 4, draw) + 1;
      case 1:
        return turn < kTurn + 1, kMixed ? 56 : 24, kMixed > (path / 4, draw) + 5;
      case 2:
        return turn < kTurn + 1, kMixed ? 104 : 24, kMixed > (path / 4, draw) * 3;
      default:
        return turn < kTurn + 1, kMixed ? 184 : 24, kMixed > (path / 4, draw) ^ 7;
    }
  }
}

template <int kTurn, int kRoom, bool kMixed>
APART unsigned turn(unsigned path, unsigned draw) {
  volatile char room[kRoom];
  room[0] = static_cast<char>(path);
  const unsigned got = go_on<kTurn, kMixed>(path, draw);
  return got + static_cast<unsigned>(room[0]);
}

template <int kRoom>
APART unsigned descend(int frames, bool is_mixed, unsigned path, unsigned draw) {
  volatile char room[kRoom];
  room[0] = static_cast<char>(frames);
  constexpr int kNext = kRoom == 16 ? 40 : kRoom == 40 ? 88 : kRoom == 88 ? 152 : 16;
  unsigned got;
  if (frames > 1)
    got = descend<kNext>(frames - 1, is_mixed, path, draw);
  else if (is_mixed)
    got = go_on<0, true>(path, draw);
  else
    got = go_on<0, false>(path, draw);
  return got + static_cast<unsigned>(room[0]);
}

APART unsigned run(const Order& order, Random& random, long count) {
  unsigned sum = 0;
  for (long i = 0; i < count; ++i) {
    const unsigned draw = random.next();
    sum += descend<16>(order.depth - kTurns, order.is_mixed, draw >> 16, draw);
  }
  return sum;
}

void* work(void* argument) {
  auto& order = *static_cast<Order*>(argument);
  Random random(order.seed);
  constexpr long kBatch = 1000;
  volatile unsigned sink = run(order, random, 4 * kBatch);  // tables and caches are warm then
  const double begin = order.clock();
  double end = begin;
  long done = 0;
  if (order.count > 0) {
    sink = run(order, random, order.count);
    done = order.count;
    end = order.clock();
  }
  const double start = wall_ns();
  while (order.count == 0 && wall_ns() - start < order.milliseconds * 1e6) {
    sink = run(order, random, kBatch);
    done += kBatch;
    end = order.clock();
  }
  (void)sink;
  order.ns_per_pair = (end - begin) / static_cast<double>(done);
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6 || std::atoi(argv[1]) <= kTurns) return 2;
  Random random(7);
  for (auto& size : sizes) size = 8 + random.next() % 248;
  const int threads = std::atoi(argv[2]);
  Order order{std::atoi(argv[1]),
              std::strcmp(argv[4], "mixed") == 0,
              0,
              0,
              1,
              std::strcmp(argv[5], "wall") == 0 ? wall_ns : cpu_ns,
              0};
  if (std::strchr(argv[3], 'x') != nullptr)
    order.count = std::atol(argv[3]);
  else
    order.milliseconds = std::atof(argv[3]);
  std::vector<Order> orders(static_cast<std::size_t>(threads), order);
  std::vector<pthread_t> started(orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i) {
    orders[i].seed = static_cast<unsigned>(i) + 1;
    must(pthread_create(&started[i], nullptr, work, &orders[i]) == 0, "pthread_create");
  }
  double sum = 0;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    pthread_join(started[i], nullptr);
    sum += orders[i].ns_per_pair;
  }
  std::printf("%.3f\n", sum / static_cast<double>(orders.size()));
  return 0;
}
