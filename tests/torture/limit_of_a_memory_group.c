// leaks: 1000 heap in leak_before (17000 bytes), 100 heap in leak_after (1800 bytes)
// long:
// storm: 0
// asks: itself
// seconds: 60
// SPDX-License-Identifier: Apache-2.0
// A control group with all its memory in use: what a dump needs must not cost the service its life.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "storm.h"

static const size_t kLimit = 128 << 20, kLeft = 3 << 20;
static char group[256];

APART void leak_before(void) { kept(malloc(17)); }
APART void leak_after(void) { kept(malloc(18)); }

static void skip(const char* reason) {
  fputs(reason, stderr);
  _exit(77);
}
static int writes(const char* name, const char* text) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", group, name);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  const int is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  if (fd >= 0) close(fd);
  return is_written;
}
static unsigned long in_use(const char* name) {
  char path[512], text[64] = "";
  snprintf(path, sizeof path, "%s/%s", group, name);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  MUST(read(fd, text, sizeof text - 1) > 0 && close(fd) == 0);
  return strtoul(text, NULL, 10);
}

// A new group below our own, of either version. Its name is the file that tells what is in use.
static const char* enter_group(void) {
  char line[512], own[512] = "";
  FILE* file = fopen("/proc/self/cgroup", "re");
  MUST(file != NULL);
  int is_old = 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char* memory = strstr(line, ":memory:");
    if (memory != NULL) is_old = 1, strcpy(own, memory + 8);
    if (!is_old && strncmp(line, "0::", 3) == 0) strcpy(own, line + 3);
  }
  fclose(file);
  const char* places[] = {own, ""};  // a container may see its own group as the root
  for (int i = 0; i < 2; i++) {
    snprintf(group, sizeof group, "/sys/fs/cgroup%s%.150s/leakhook-%d", is_old ? "/memory" : "",
             places[i], (int)getpid());
    if (mkdir(group, 0700) == 0) break;
  }
  char limit[32], pid[16];
  snprintf(limit, sizeof limit, "%zu", kLimit);
  snprintf(pid, sizeof pid, "%d", (int)getpid());
  if (!writes(is_old ? "memory.limit_in_bytes" : "memory.max", limit) ||
      !writes("cgroup.procs", pid)) {
    rmdir(group);
    skip("no control group with a limit of memory may be made here");
  }
  return is_old ? "memory.usage_in_bytes" : "memory.current";
}

// Stays outside of the group, and removes it when nobody is in it any more.
static int leave_somebody_to_remove_it(void) {
  int channel[2];
  MUST(pipe(channel) == 0);
  const pid_t pid = fork();
  MUST(pid >= 0);
  if (pid > 0) {
    MUST(waitpid(pid, NULL, 0) == pid && close(channel[0]) == 0);
    return channel[1];
  }
  if (fork() != 0) syscall(SYS_exit_group, 0);  // no child of the service, and leaves no profile
  close(channel[1]);
  while (read(channel[0], group, sizeof group) > 0) continue;
  for (int i = 0; i < 500 && rmdir(group) != 0 && errno == EBUSY; i++) usleep(10000);
  syscall(SYS_exit_group, 0);
  return 0;
}

int main(void) {
  const int end = leave_somebody_to_remove_it();
  const char* usage = enter_group();
  MUST(write(end, group, sizeof group) == sizeof group);
  for (int i = 0; i < 1000; i++) leak_before();
  // What swaps out must not make room.
  size_t room = kLimit;
  char* filled = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(filled != MAP_FAILED);
  for (size_t at = 0; in_use(usage) + kLeft < kLimit && at < room; at += 4096) filled[at] = 1;
  if (is_dump_signal_caught()) raise(SIGUSR2);
  dump_me();
  for (int i = 0; i < 100; i++) leak_after();
  MUST(munmap(filled, room) == 0);
  puts("counts: 2 dumps in a full control group");
  return 0;
}
