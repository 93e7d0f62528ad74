// SPDX-License-Identifier: Apache-2.0
// A library to be opened and closed; built twice, with frames of different size at the same place.
#include <alloca.h>

#include <cstring>

extern "C" __attribute__((visibility("default"))) void plugin_call(void (*callback)(void*),
                                                                   void* argument) {
  volatile char room[PLUGIN_FRAME];
  room[0] = 1;
  callback(argument);
  room[PLUGIN_FRAME - 1] = room[0];
}
