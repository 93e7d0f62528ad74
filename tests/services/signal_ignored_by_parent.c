// leaks: not judged
// SPDX-License-Identifier: Apache-2.0
// nohup and its kin leave signals ignored: an ignored SIGHUP stays ignored.
#include <signal.h>

#include "service.h"

int main(int argc, char** argv) {
  if (argc == 1) {
    signal(SIGHUP, SIG_IGN);
    execl("/proc/self/exe", argv[0], "again", (char*)NULL);
  }
  raise(SIGHUP);
  puts("still here");
  return 0;
}
