// verdict: definite 1/32816, indirect 0, possible 0, reachable 0; fd 1
// SPDX-License-Identifier: Apache-2.0
// A directory stream is a descriptor and a block: 48 bytes and a buffer of 32768.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <dirent.h>

#include "program.h"


APART static void lose(void) {
  DIR* directory = opendir("/");
  MUST(directory && readdir(directory));
  if (kIsClean) closedir(directory);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
