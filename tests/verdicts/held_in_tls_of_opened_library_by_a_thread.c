// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is thread-local in a library that dlopen brought; the thread sleeps.
// differs from valgrind: the C library knows a thread's table of such storage by its second entry, so valgrind calls all behind it possible
#include "plugin.h"
#include "thread.h"


void* plugin;

APART static void hold(void) { call_plugin(plugin, "keep_for_thread", block(100)); }

static void* sleeps(void* unused) {
  hold();
  wipe();
  about_to_sleep();
  pause();
  return unused;
}

int main(void) {
  plugin = open_plugin();
  start_sleeper(sleeps, SYS_pause);
  wipe();
  return 0;
}
