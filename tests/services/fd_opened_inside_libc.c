// leaks: 1 eventfd in leak_the_only_one
// dumps: both
// libc keeps: heap in clean_all
// SPDX-License-Identifier: Apache-2.0
// Functions of libc open and close descriptors that no hook sees: none of them stays in the books.
#include <dirent.h>
#include <dlfcn.h>
#include <ftw.h>
#include <glob.h>
#include <iconv.h>
#include <ifaddrs.h>
#include <locale.h>
#include <mntent.h>
#include <netdb.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <syslog.h>

#include "service.h"

static int open_now(void) {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  for (const struct dirent* entry; (entry = readdir(folder));) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}
static int visit(const char* path, const struct stat* status, int kind, struct FTW* place) {
  (void)path, (void)status, (void)kind;
  return place->level > 1;
}
static void accounts_and_mounts(void) {
  setpwent();
  MUST(getpwent() || errno);
  endpwent();
  FILE* mounts = setmntent("/proc/self/mounts", "r");
  MUST(mounts && getmntent(mounts));
  endmntent(mounts);
}
static void network(void) {
  struct addrinfo* addresses = NULL;
  if (getaddrinfo("localhost", "80", NULL, &addresses) == 0) freeaddrinfo(addresses);
  struct ifaddrs* interfaces = NULL;
  if (getifaddrs(&interfaces) == 0) freeifaddrs(interfaces);
  openlog("leakhook-test", LOG_NDELAY, LOG_USER);
  closelog();
}
static void files(void) {
  const iconv_t conversion = iconv_open("UTF-16", "ISO-8859-2");
  if (conversion != (iconv_t)-1) iconv_close(conversion);
  setlocale(LC_ALL, "C.UTF-8");
  glob_t found;
  if (glob("/proc/self/*", 0, NULL, &found) == 0) globfree(&found);
  nftw("/proc/self/fdinfo", visit, 4, FTW_PHYS);
  void* library = dlopen("libresolv.so.2", RTLD_NOW);
  if (library) dlclose(library);
  MUST(system("true") == 0);
}
APART void clean_all(void) { accounts_and_mounts(), network(), files(); }
APART void leak_the_only_one(void) { MUST(eventfd(0, 0) >= 0); }

int main(void) {
  clean_all();  // what libc opens once and keeps is open now
  const int before = open_now();
  for (int i = 0; i < 5; i++) clean_all();
  MUST(open_now() == before);
  leak_the_only_one();
  dump_me();
  return 0;
}
