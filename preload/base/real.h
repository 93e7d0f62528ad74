// SPDX-License-Identifier: Apache-2.0
// The real functions: real::open is the `open` that the program would have called without us.
//
// One pointer per row of interposed.def, right from the first instruction on: it points to a
// function that looks all of them up and then does the call, later to the real one. Calling through
// it costs one indirect call and no test. A function that the machine's libc lacks fails with
// ENOSYS, or is made from those it has where that is exact (free_sized, cfree, closefrom,
// close_range).
#pragma once
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "processor.h"

// Functions that are called but not interposed. Not by name: their versions are newer than the
// oldest glibc that the library must load on. Null where libc lacks them. BORROWED(pointer, type,
// name, version)
#define LEAKHOOK_BORROWED(BORROWED)                                                       \
  BORROWED(find_object, int (*)(void*, dl_find_object*), "_dl_find_object", nullptr)      \
  BORROWED(find_symbol, void* (*)(void*, const char*), "dlsym", nullptr)                  \
  BORROWED(last_error, char* (*)(), "dlerror", nullptr)                                   \
  BORROWED(attributes_init, int (*)(pthread_attr_t*), "pthread_attr_init", nullptr)       \
  BORROWED(attributes_destroy, int (*)(pthread_attr_t*), "pthread_attr_destroy", nullptr) \
  BORROWED(attributes_stack_size, int (*)(const pthread_attr_t*, size_t*),                \
           "pthread_attr_getstacksize", nullptr)                                          \
  BORROWED(attributes_detached, int (*)(const pthread_attr_t*, int*),                     \
           "pthread_attr_getdetachstate", nullptr)                                        \
  BORROWED(clock_of, int (*)(pthread_t, clockid_t*), "pthread_getcpuclockid", nullptr)    \
  BORROWED(old_timer_create, int (*)(clockid_t, struct sigevent*, int*), "timer_create",  \
           "GLIBC_2.2.5")                                                                 \
  BORROWED(old_timer_delete, int (*)(int), "timer_delete", "GLIBC_2.2.5")                 \
  BORROWED(old_posix_spawn, OldSpawn*, "posix_spawn", "GLIBC_2.2.5")                      \
  BORROWED(old_posix_spawnp, OldSpawn*, "posix_spawnp", "GLIBC_2.2.5")                    \
  BORROWED(libc_malloc, void* (*)(size_t), "__libc_malloc", nullptr)                      \
  BORROWED(time, time_t (*)(time_t*), "time", LEAKHOOK_OLDEST_GLIBC)

namespace leakhook::real {

#pragma GCC visibility push(hidden)

#define INTERPOSED(ret, name, params, args) extern ret(*name) params;
#include "../interposed.def"

namespace borrowed {
using OldSpawn = int(pid_t*, const char*, const posix_spawn_file_actions_t*,
                     const posix_spawnattr_t*, char* const*, char* const*);
template <class T>
using Pointer = T;
#define BORROWED(pointer, type, name, version) extern Pointer<type> pointer;
LEAKHOOK_BORROWED(BORROWED)
#undef BORROWED
}  // namespace borrowed

/// Looks up what was not found yet. Never allocates; may run in several threads at once, again, and
/// inside the first malloc of the process.
void resolve_all();
bool is_resolved();

#pragma GCC visibility pop

}  // namespace leakhook::real
