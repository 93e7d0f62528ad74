// leaks: 3 eventfd in leak_eventfd, 1 timerfd in leak_timerfd, 1 signalfd in leak_signalfd, 2 epoll in leak_epoll, 2 inotify in leak_inotify, 1 memfd in leak_memfd, 1 pidfd in leak_pidfd, 1 pty in leak_pty, 1 other in leak_mqueue
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "service.h"

static sigset_t none;
static int opened(int fd) {
  MUST(fd >= 0);
  return fd;
}
static int queue(void) {
  char name[64];
  snprintf(name, sizeof name, "/leakhook-test-%d", (int)getpid());
  const int fd = opened(mq_open(name, O_RDONLY | O_CREAT, 0600, NULL));
  mq_unlink(name);
  return fd;
}

APART void leak_eventfd(void) {
  for (int i = 0; i < 3; i++) opened(eventfd(0, 0));
}
APART void leak_timerfd(void) { opened(timerfd_create(CLOCK_MONOTONIC, 0)); }
APART void leak_signalfd(void) { opened(signalfd(opened(signalfd(-1, &none, 0)), &none, 0)); }
APART void leak_epoll(void) { opened(epoll_create(1)), opened(epoll_create1(0)); }
APART void leak_inotify(void) { opened(inotify_init()), opened(inotify_init1(0)); }
APART void leak_memfd(void) { opened(memfd_create("name", 0)); }
APART void leak_pidfd(void) { opened(pidfd_open(getpid(), 0)); }
APART void leak_pty(void) { opened(posix_openpt(O_RDWR)); }
APART void leak_mqueue(void) { opened(queue()); }
APART void clean_all(void) {
  const int fds[] = {eventfd(0, 0),           timerfd_create(CLOCK_MONOTONIC, 0),
                     epoll_create1(0),        signalfd(-1, &none, 0),
                     inotify_init1(0),        memfd_create("name", 0),
                     pidfd_open(getpid(), 0), posix_openpt(O_RDWR)};
  for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) MUST(close(opened(fds[i])) == 0);
  mq_close(queue());
}

int main(void) {
  leak_eventfd(), leak_timerfd(), leak_signalfd(), leak_epoll(), leak_inotify();
  leak_memfd(), leak_pidfd(), leak_pty(), leak_mqueue(), clean_all();
  dump_me();
  return 0;
}
