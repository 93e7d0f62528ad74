// SPDX-License-Identifier: Apache-2.0
// A library with 5 kB of thread-local storage: the loader allocates it at the first touch.
static __thread char bytes[5000];
char* storage(void) { return bytes; }
