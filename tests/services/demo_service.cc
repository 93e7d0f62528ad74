// leaks: 150 heap in leak_heap (15000 bytes), 4 mapping in leak_mapping (262144 bytes), 3 file in leak_file, 2 directory in leak_directory, 4 pipe in leak_pipe, 3 eventfd in leak_eventfd, 2 timerfd in leak_timerfd, 2 signalfd in leak_signalfd, 2 epoll in leak_epoll, 1 inotify in leak_inotify, 3 memfd in leak_memfd, 2 pidfd in leak_pidfd, 1 pty in leak_pty, 5 socket in leak_database_connection, 3 thread in leak_thread, 4 timer in leak_timer, 2 process in leak_child, 1 library in leak_library, 2 semaphore in leak_semaphore
// label: peer=^127\.0\.0\.1:\d+$ in leak_database_connection
// stack: serve > leak_heap
// libc keeps: heap in clean_thread, heap in clean_library, heap in clean_semaphore, heap in clean_timer
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// A service with a leak of each kind, for the demo: leak_X forgets what clean_X gives back. Prints
// `ready PID` when all of it happened; ends on SIGTERM or a line on stdin.
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

extern "C" {
#include <sys/pidfd.h>  // as C++, in glibc 2.36: without the linkage of C
}

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>

#include "service.h"

namespace {

int opened(int fd) {
  MUST(fd >= 0);
  return fd;
}

void* mapped() {
  void* p = mmap(nullptr, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(p != MAP_FAILED);
  return p;
}

int listener_port() {
  static int port = [] {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    const int listener = opened(socket(AF_INET, SOCK_STREAM, 0));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    MUST(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    MUST(listen(listener, 16) == 0);
    MUST(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
  }();
  return port;
}

int database_connection() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(listener_port()));
  const int fd = opened(socket(AF_INET, SOCK_STREAM, 0));
  MUST(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

sigset_t no_signals() {
  sigset_t set;
  sigemptyset(&set);
  return set;
}

void* ends(void* unused) { return unused; }

pthread_t thread_that_ends() {
  pthread_t thread;
  MUST(pthread_create(&thread, nullptr, ends, nullptr) == 0);
  return thread;
}

timer_t timer() {
  timer_t made;
  sigevent event{};
  event.sigev_notify = SIGEV_NONE;
  MUST(timer_create(CLOCK_MONOTONIC, &event, &made) == 0);
  return made;
}

pid_t child_that_ended() {
  const pid_t pid = fork();
  if (pid == 0) _exit(0);
  siginfo_t end;
  MUST(pid > 0 && waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT) == 0);
  return pid;
}

sem_t* semaphore() {
  static int count = 0;
  char name[64];
  snprintf(name, sizeof name, "/leakhook-demo-%d-%d", static_cast<int>(getpid()), count++);
  sem_t* made = sem_open(name, O_CREAT, 0600, 1);
  MUST(made != SEM_FAILED && sem_unlink(name) == 0);
  return made;
}

}  // namespace

APART void leak_heap() { kept(malloc(100)); }
APART void clean_heap() { free(kept(malloc(100))); }
APART void leak_mapping() { mapped(); }
APART void clean_mapping() { munmap(mapped(), 65536); }
APART void leak_file() { opened(open("/etc/hostname", O_RDONLY | O_CLOEXEC)); }
APART void clean_file() { fclose(fopen("/etc/passwd", "r")); }
APART void leak_directory() { MUST(opendir("/etc")); }
APART void clean_directory() { closedir(opendir("/etc")); }
APART void leak_pipe() {
  int pair[2];
  MUST(pipe(pair) == 0);
}
APART void clean_pipe() {
  int pair[2];
  MUST(pipe(pair) == 0 && close(pair[0]) == 0 && close(pair[1]) == 0);
}
APART void leak_eventfd() { opened(eventfd(0, 0)); }
APART void clean_eventfd() { close(opened(eventfd(0, 0))); }
APART void leak_timerfd() { opened(timerfd_create(CLOCK_MONOTONIC, 0)); }
APART void clean_timerfd() { close(opened(timerfd_create(CLOCK_MONOTONIC, 0))); }
APART void leak_signalfd() {
  const sigset_t none = no_signals();
  opened(signalfd(-1, &none, 0));
}
APART void clean_signalfd() {
  const sigset_t none = no_signals();
  close(opened(signalfd(-1, &none, 0)));
}
APART void leak_epoll() { opened(epoll_create1(0)); }
APART void clean_epoll() { close(opened(epoll_create1(0))); }
APART void leak_inotify() { opened(inotify_init1(0)); }
APART void clean_inotify() { close(opened(inotify_init1(0))); }
APART void leak_memfd() { opened(memfd_create("leaked", 0)); }
APART void clean_memfd() { close(opened(memfd_create("closed", 0))); }
APART void leak_pidfd() { opened(pidfd_open(getpid(), 0)); }
APART void clean_pidfd() { close(opened(pidfd_open(getpid(), 0))); }
APART void leak_pty() { opened(posix_openpt(O_RDWR | O_NOCTTY)); }
APART void clean_pty() { close(opened(posix_openpt(O_RDWR | O_NOCTTY))); }
APART void leak_database_connection() { database_connection(); }
APART void clean_database_connection() { close(database_connection()); }
APART void leak_thread() { thread_that_ends(); }
APART void clean_thread() { pthread_join(thread_that_ends(), nullptr); }
APART void leak_timer() { timer(); }
APART void clean_timer() { timer_delete(timer()); }
APART void leak_child() { child_that_ended(); }
APART void clean_child() { waitpid(child_that_ended(), nullptr, 0); }
APART void leak_library() { MUST(dlopen("libresolv.so.2", RTLD_NOW)); }
APART void clean_library() { dlclose(dlopen("libanl.so.1", RTLD_NOW)); }
APART void leak_semaphore() { semaphore(); }
APART void clean_semaphore() { sem_close(semaphore()); }

namespace {

struct Request {
  void (*leak)();
  void (*clean)();
  int times;
};

constexpr Request kRequests[] = {
    {leak_heap, clean_heap, 150},
    {leak_mapping, clean_mapping, 4},
    {leak_file, clean_file, 3},
    {leak_directory, clean_directory, 2},
    {leak_pipe, clean_pipe, 2},
    {leak_eventfd, clean_eventfd, 3},
    {leak_timerfd, clean_timerfd, 2},
    {leak_signalfd, clean_signalfd, 2},
    {leak_epoll, clean_epoll, 2},
    {leak_inotify, clean_inotify, 1},
    {leak_memfd, clean_memfd, 3},
    {leak_pidfd, clean_pidfd, 2},
    {leak_pty, clean_pty, 1},
    {leak_database_connection, clean_database_connection, 5},
    {leak_thread, clean_thread, 3},
    {leak_timer, clean_timer, 4},
    {leak_child, clean_child, 2},
    {leak_library, clean_library, 1},
    {leak_semaphore, clean_semaphore, 2},
};

// Requests pass from the event loop to the worker thread.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}
  ~Worker() {
    push(nullptr);
    thread_.join();
  }
  void push(const Request* request) {
    const std::lock_guard lock(mutex_);
    requests_.push(request);
    changed_.notify_all();
  }
  void await_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return requests_.empty(); });
  }

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<const Request*> requests_;
  std::thread thread_;
};

}  // namespace

APART void serve(const void* request_of_any_kind) {
  const auto* request = static_cast<const Request*>(request_of_any_kind);
  for (int i = 0; i < request->times; i++) {
    request->leak();
    request->clean();
  }
}

void Worker::run() {
  pthread_setname_np(pthread_self(), "worker");
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !requests_.empty(); });
    const Request* request = requests_.front();
    lock.unlock();
    if (!request) return;
    serve(request);
    lock.lock();
    requests_.pop();
    changed_.notify_all();
  }
}

int main() {
  sigset_t terminate = no_signals();
  sigaddset(&terminate, SIGTERM);
  MUST(pthread_sigmask(SIG_BLOCK, &terminate, nullptr) == 0);
  listener_port();  // before the first of its clients
  Worker worker;
  for (const Request& request : kRequests) worker.push(&request);
  worker.await_idle();

  const int loop = opened(epoll_create1(EPOLL_CLOEXEC));
  const int signals = opened(signalfd(-1, &terminate, SFD_CLOEXEC));
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  MUST(epoll_ctl(loop, EPOLL_CTL_ADD, signals, &wanted) == 0);
  // A regular file as stdin cannot be waited for: then only SIGTERM ends us.
  epoll_ctl(loop, EPOLL_CTL_ADD, STDIN_FILENO, &wanted);
  printf("ready %d\n", static_cast<int>(getpid()));
  fflush(stdout);
  while (epoll_wait(loop, &wanted, 1, -1) != 1) MUST(errno == EINTR);
  close(signals);
  close(loop);
}
