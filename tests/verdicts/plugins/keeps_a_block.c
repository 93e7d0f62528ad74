// SPDX-License-Identifier: Apache-2.0

// Keeps a block in its global and one in its thread-local storage, and gives back neither.
#include <stdlib.h>

static void* held;
static __thread void* held_by_thread;

void keep(void* pointer);
void keep_for_thread(void* pointer);
void* take(void);

void keep(void* pointer) { held = pointer; }
void keep_for_thread(void* pointer) { held_by_thread = pointer; }
void* take(void) {
  void* taken = held ? held : held_by_thread;
  held = held_by_thread = NULL;
  return taken;
}
