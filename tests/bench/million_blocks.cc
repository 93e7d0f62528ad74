// SPDX-License-Identifier: Apache-2.0
// What does a dump cost a large service? 1 000 000 live blocks from 10 000 stacks, a thread that
// spins on the clock, and dumps one after the other.
//
// Wants LEAKHOOK_OUTPUT=STEM.%n; arguments: STEM, how many dumps, and "mixed" for blocks of many
// sizes instead of one. Prints one line a dump: the time until the files were there, and the
// longest gap that the spinning thread saw in that time, beside the same of a quiet second before.
// A gap in which the thread stood ready and other work had the processors says how busy the machine
// is; what is left of it is the dump's own: page faults, waiting for a lock of the memory map. With
// LEAKHOOK_EXPORTER=/nonexistent the dumps are raw, for exporter_cost.py to time.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kBlocks = 1'000'000;
constexpr int kStacks = 10'000;
std::vector<void*> blocks;
std::atomic<bool> is_over{false};
bool are_mixed = false;

/// Longest gaps since somebody set them to 0, in ns.
struct Gaps {
  std::atomic<long> whole{0};
  std::atomic<long> own{0};  ///< without the time in which the thread waited for a processor
} gaps;

long now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000L + t.tv_nsec;
}

/// Ten call sites a level, four levels: path 0000 to 9999 is a stack of its own.
[[gnu::noinline]] void descend(int path, int level);

template <int kDigit>
[[gnu::noinline]] void turn(int path, int level) {
  descend(path / 10, level + 1);
  __asm__ volatile("" ::"i"(kDigit) : "memory");
}

void descend(int path, int level) {
  if (level == 4) {
    const size_t size = are_mixed ? 16 + blocks.size() * 2654435761u % 61 * 16 : 48;
    blocks.push_back(malloc(size));
    return;
  }
  static constexpr void (*kTurns[])(int, int) = {turn<0>, turn<1>, turn<2>, turn<3>, turn<4>,
                                                 turn<5>, turn<6>, turn<7>, turn<8>, turn<9>};
  kTurns[path % 10](path, level);
  __asm__ volatile("" ::: "memory");
}

/// How long the calling thread has stood ready while others ran, in ns. Refreshed often enough,
/// what it grows by in a gap belongs to that gap.
class Queueing {
 public:
  Queueing() : file_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) { growth(); }
  ~Queueing() { close(file_); }
  Queueing(const Queueing&) = delete;
  long growth() {
    char text[96] = {};
    long ran = 0, waited = 0;
    if (pread(file_, text, sizeof text - 1, 0) > 0) sscanf(text, "%ld %ld", &ran, &waited);
    const long grown = waited - last_;
    last_ = waited;
    return grown;
  }

 private:
  int file_;
  long last_ = 0;
};

void raise_to(std::atomic<long>* longest, long gap) {
  if (gap > *longest) *longest = gap;
}

void spin() {
  constexpr int kRefresh = 2000;
  constexpr long kGap = 50'000;
  Queueing queueing;
  long last = now();
  long carried = 0;  // from a refresh after `last`: the thread may have waited in the very refresh
  for (int i = 0; !is_over; ++i) {
    const long t = now();
    if (t - last > kGap) {
      raise_to(&gaps.whole, t - last);
      raise_to(&gaps.own, t - last - carried - queueing.growth());
      last = now();
      carried = 0;
      continue;
    }
    carried = i % kRefresh == 0 ? queueing.growth() : 0;
    last = t;
  }
}

struct Pause {
  double whole, own;  // ms
};
Pause take_gaps() {
  return {static_cast<double>(gaps.whole.exchange(0)) / 1e6,
          static_cast<double>(gaps.own.exchange(0)) / 1e6};
}

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string stem = argc > 1 ? argv[1] : "";
  const int dumps = argc > 2 ? atoi(argv[2]) : 5;
  are_mixed = argc > 3 && std::string(argv[3]) == "mixed";
  blocks.reserve(kBlocks);
  for (int i = 0; i < kBlocks; ++i) descend(i % kStacks, 0);
  std::thread spinner(spin);
  const char* exporter = getenv("LEAKHOOK_EXPORTER");
  const bool is_raw = exporter != nullptr && access(exporter, X_OK) != 0;
  for (int i = 1; i <= dumps; ++i) {
    char last[32];
    snprintf(last, sizeof last, is_raw ? ".%04d.lhk" : ".%04d.timer.pb.gz", i);
    take_gaps();
    usleep(1'000'000);
    const Pause quiet = take_gaps();
    const long begin = now();
    raise(SIGUSR2);
    const double handler = static_cast<double>(now() - begin) / 1e6;
    while (!exists(stem + last) && now() - begin < 20'000'000'000L) usleep(1000);
    const Pause pause = take_gaps();
    printf(
        "dump %d: on disk after %.0f ms, handler %.3f ms, longest pause %.3f ms, without waiting "
        "for "
        "a processor %.3f ms (quiet: %.3f, %.3f ms)\n",
        i, static_cast<double>(now() - begin) / 1e6, handler, pause.whole, pause.own, quiet.whole,
        quiet.own);
    fflush(stdout);
  }
  is_over = true;
  spinner.join();
}
