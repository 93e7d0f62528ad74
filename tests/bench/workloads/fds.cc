// SPDX-License-Identifier: Apache-2.0
// What does a descriptor cost, and what a mapping among many?
//
// usage: fds open|socketpair|map MILLISECONDS|COUNTx. Prints CPU nanoseconds per open and close of
// /dev/null, per socketpair and close of both ends, or per page that is mapped and unmapped while
// 20 000 others are. `COUNTx` as in pairs.cc.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "calls.h"

namespace {

APART void open_and_close() {
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  must(fd >= 0, "open");
  close(fd);
}

APART void pair_and_close() {
  int ends[2];
  must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  close(ends[0]);
  close(ends[1]);
}

APART void* map_page() {
  void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(page != MAP_FAILED, "mmap");
  return page;
}

APART void map_and_unmap() { munmap(map_page(), 4096); }

using Once = void();
Once* workload(const char* name) {
  if (std::strcmp(name, "open") == 0) return open_and_close;
  if (std::strcmp(name, "socketpair") == 0) return pair_and_close;
  for (int i = 0; i < 20000; ++i) map_page();
  return map_and_unmap;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Once* const once = workload(argv[1]);
  const bool is_counted = std::strchr(argv[2], 'x') != nullptr;
  const long count = std::atol(argv[2]);
  const double limit = is_counted ? 0 : std::atof(argv[2]) * 1e6;
  constexpr long kBatch = 100;
  for (long i = 0; i < kBatch; ++i) once();
  const double begin = cpu_ns();
  double spent = 0;
  long done = 0;
  while (is_counted ? done < count : spent < limit) {
    for (long i = 0; i < kBatch; ++i) once();
    done += kBatch;
    spent = cpu_ns() - begin;
  }
  std::printf("%.3f\n", spent / static_cast<double>(done));
  return 0;
}
