// SPDX-License-Identifier: Apache-2.0
// A library that holds a block until its destructor.
#include <stdlib.h>

static void* held;

__attribute__((noipa)) void clean_held(void) { held = malloc(1234); }
__attribute__((constructor)) static void begin(void) { clean_held(); }
__attribute__((destructor)) static void end(void) { free(held); }
