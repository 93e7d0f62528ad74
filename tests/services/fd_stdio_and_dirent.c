// leaks: 1 file in leak_fopen, 1 file in leak_fdopen, 1 file in leak_freopen, 1 file in leak_tmpfile, 1 pipe in leak_popen, 1 process in leak_popen, 1 directory in leak_opendir, 1 directory in leak_fdopendir
// dumps: both
// libc keeps: heap in clean_all
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>

#include "service.h"

APART void leak_fopen(void) { MUST(fopen("/dev/null", "r")); }
APART void leak_fdopen(void) { MUST(fdopen(open("/dev/null", O_RDONLY), "r")); }
APART void leak_freopen(void) { MUST(freopen("/dev/zero", "r", fopen64("/dev/null", "r"))); }
APART void leak_tmpfile(void) { MUST(tmpfile()); }
APART void leak_popen(void) { MUST(popen("read line", "w")); }
APART void leak_opendir(void) { MUST(opendir("/")); }
APART void leak_fdopendir(void) { MUST(fdopendir(open("/", O_RDONLY | O_DIRECTORY))); }
APART void clean_all(void) {
  for (int i = 0; i < 20; i++) {
    fclose(fopen("/dev/null", "r"));
    fclose(fdopen(open("/dev/null", O_RDONLY), "r"));
    fclose(freopen("/dev/zero", "r", fopen("/dev/null", "r")));
    fclose(tmpfile64());
    closedir(opendir("/"));
    closedir(fdopendir(open("/", O_RDONLY | O_DIRECTORY)));
    MUST(fopen("/nonexistent", "r") == NULL && opendir("/nonexistent") == NULL);
    MUST(freopen("/nonexistent", "r", fopen("/dev/null", "r")) == NULL);
  }
  pclose(popen("exit 3", "r"));
  close(dirfd(opendir("/")));
}

int main(void) {
  leak_fopen(), leak_fdopen(), leak_freopen(), leak_tmpfile(), leak_popen();
  leak_opendir(), leak_fdopendir(), clean_all();
  dump_me();
  return 0;
}
