// SPDX-License-Identifier: Apache-2.0
// A library that loads another one by its bare name: twice built, with a RUNPATH and without.
#define _GNU_SOURCE
#include <dlfcn.h>

void* CALLER_NAME(const char* name) {
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  __asm__ volatile("");  // not a tail call: the return address stays in this library
  return library;
}
