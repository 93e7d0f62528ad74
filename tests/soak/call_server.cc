// SPDX-License-Identifier: Apache-2.0
// A service whose books are known: calls in frames over TCP, as gRPC has them, with everything that
// it holds counted by itself. Prints `port N` when it listens; ends on SIGTERM, with status 1 when
// its own counts are not 0 then. `--forgets KIND`, for each kind, holds one more than it counts;
// `--forgets growth` loses blocks with every value that is put.
//
// A frame is its size in four bytes, little end first, and that many bytes:
//   p KEY=VALUE   puts into the store of this connection     g KEY   gets from there
//   q TEXT        asks the database                          j       a job: a thread of its own
//   s             what the service holds, a line for each kind
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <string_view>
#include <vector>

#include "counted.h"
#include "database.h"

namespace {

constexpr int kWorkers = 4, kDatabaseConnections = 3, kMostValues = 64, kIdleSeconds = 3600;
constexpr std::uint32_t kLargestFrame = 1 << 16;
const int kIdleSignal = SIGRTMIN + 1;

/// One connection, and what the service remembers of it.
struct Caller {
  Caller(int fd, int id) : socket(fd, Held::socket), timer(kIdleSignal, id) {}

  Descriptor socket;
  CountedTimer timer;
  Text received;
  std::mutex mutex;  // of what follows, and of sending
  Store values;
};

using CallerRef = std::shared_ptr<Caller>;

struct Call {
  CallerRef caller;
  Text body;
};

class CallQueue {
 public:
  void push(Call call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    is_there_.notify_one();
  }
  /// Nothing when the service ends.
  std::optional<Call> pop() {
    std::unique_lock lock(mutex_);
    is_there_.wait(lock, [this] { return is_over_ || !calls_.empty(); });
    if (calls_.empty()) return std::nullopt;
    Call call = std::move(calls_.front());
    calls_.pop_front();
    return call;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    is_there_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable is_there_;
  std::deque<Call, CountingAllocator<Call>> calls_;
  bool is_over_ = false;
};

void send_frame(int fd, const Text& body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  Text frame(reinterpret_cast<const char*>(&size), sizeof size);
  frame += body;
  for (std::size_t sent = 0; sent < frame.size();) {
    const ssize_t more = send(fd, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) return;  // the caller is gone: the main loop hears of it
    sent += static_cast<std::size_t>(more);
  }
}

bool is_growing = false;  // --forgets growth

[[gnu::noinline]] void grow() {
  for (int i = 0; i < 60; ++i) {
    void* volatile lost = std::malloc(32);
    (void)lost;
  }
}

Text put(Caller* caller, std::string_view text) {
  if (is_growing) grow();
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return "no value";
  if (caller->values.size() >= kMostValues) caller->values.erase(caller->values.begin());
  caller->values[Text(text.substr(0, equals))] = Text(text.substr(equals + 1));
  return "ok";
}

/// In a thread of its own, as calls are answered that would hold up others.
Text run_job(const Caller& caller) {
  std::size_t sum = 0;
  {
    const CountedThread thread([&] {
      Text all;
      for (const auto& [key, value] : caller.values) all += value;
      for (const char sign : all) sum = sum * 31 + static_cast<unsigned char>(sign);
    });
  }
  return Text(std::to_string(sum).c_str());
}

/// Taken before the answer is made, which holds blocks itself.
Text statistics(const long (&counts)[static_cast<int>(Held::count)]) {
  Text text;
  for (int i = 0; i < static_cast<int>(Held::count); ++i)
    text.append(kHeldNames[i]).append(" ").append(std::to_string(counts[i]).c_str()).append("\n");
  return text;
}

void answer(Call call, DatabasePool* database) {
  Caller* caller = call.caller.get();
  const std::string_view text = std::string_view(call.body).substr(call.body.empty() ? 0 : 1);
  const std::lock_guard lock(caller->mutex);
  switch (call.body.empty() ? 0 : call.body[0]) {
    case 'p':
      return send_frame(caller->socket.fd(), put(caller, text));
    case 'g': {
      const auto found = caller->values.find(text);
      return send_frame(caller->socket.fd(), found == caller->values.end() ? "" : found->second);
    }
    case 'q':
      return send_frame(caller->socket.fd(), database->ask(Text(text)));
    case 'j':
      return send_frame(caller->socket.fd(), run_job(*caller));
    case 's': {
      long counts[static_cast<int>(Held::count)];
      call.body = Text();  // one letter: no block
      for (int i = 0; i < static_cast<int>(Held::count); ++i) counts[i] = held[i];
      return send_frame(caller->socket.fd(), statistics(counts));
    }
    default:
      return send_frame(caller->socket.fd(), "no such call");
  }
}

class Server {
 public:
  Server()
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), Held::socket),
        epoll_(epoll_create1(EPOLL_CLOEXEC), Held::epoll),
        signals_(signalfd(-1, &signal_set(), SFD_CLOEXEC), Held::signalfd),
        database_(kDatabaseConnections) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_.fd(), any, size) != 0 || listen(listener_.fd(), 128) != 0 ||
        getsockname(listener_.fd(), any, &size) != 0)
      give_up("listen");
    watch(listener_.fd(), 0);
    watch(signals_.fd(), 1);
    for (int i = 0; i < kWorkers; ++i)
      workers_.emplace_back([this] {
        while (std::optional<Call> call = queue_.pop()) answer(std::move(*call), &database_);
      });
    std::printf("port %d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }
  ~Server() { queue_.end(); }

  void serve() {
    for (;;) {
      epoll_event event;
      if (epoll_wait(epoll_.fd(), &event, 1, -1) != 1) continue;
      if (event.data.u64 == 0) {
        accept_caller();
      } else if (event.data.u64 == 1) {
        if (!take_signal()) return;
      } else {
        receive(static_cast<int>(event.data.u64));
      }
    }
  }

  /// Blocked in all threads, which begin later.
  static sigset_t& signal_set() {
    static sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, kIdleSignal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
  }

 private:
  void watch(int fd, std::uint64_t id) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
  }

  void accept_caller() {
    const int fd = accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const int id = next_id_++;
    callers_[id] = std::allocate_shared<Caller>(CountingAllocator<Caller>(), fd, id);
    callers_[id]->timer.arm(kIdleSeconds);
    watch(fd, static_cast<std::uint64_t>(id));
  }

  /// False: the service shall end.
  bool take_signal() {
    signalfd_siginfo info;
    if (read(signals_.fd(), &info, sizeof info) != sizeof info) return true;
    if (info.ssi_signo == SIGTERM) return false;
    drop(info.ssi_int);
    return true;
  }

  void drop(int id) {
    const auto found = callers_.find(id);
    if (found == callers_.end()) return;
    epoll_ctl(epoll_.fd(), EPOLL_CTL_DEL, found->second->socket.fd(), nullptr);
    callers_.erase(found);  // a worker may still answer a call of it
  }

  void receive(int id) {
    const auto found = callers_.find(id);
    if (found == callers_.end()) return;
    const CallerRef caller = found->second;
    char bytes[4096];
    const ssize_t size = recv(caller->socket.fd(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return drop(id);
    caller->timer.arm(kIdleSeconds);
    Text& received = caller->received;
    received.append(bytes, static_cast<std::size_t>(size));
    for (std::uint32_t frame; received.size() >= sizeof frame;) {
      std::memcpy(&frame, received.data(), sizeof frame);
      if (frame > kLargestFrame) return drop(id);
      if (received.size() < sizeof frame + frame) break;
      queue_.push({caller, received.substr(sizeof frame, frame)});
      received.erase(0, sizeof frame + frame);
    }
  }

  Descriptor listener_, epoll_, signals_;
  DatabasePool database_;
  CallQueue queue_;
  std::map<int, CallerRef, std::less<>, CountingAllocator<std::pair<const int, CallerRef>>>
      callers_;
  int next_id_ = 2;  // 0 and 1: listener and signals
  std::list<CountedThread> workers_;
};

/// Holds one that is not in the counts. What the test of the test is made with.
void forget(std::string_view kind) {
  if (kind == "socket") {
    (void)!socket(AF_UNIX, SOCK_STREAM, 0);
  } else if (kind == "eventfd") {
    (void)!eventfd(0, 0);
  } else if (kind == "thread") {
    std::thread([] {
      for (;;) pause();  // which each signal ends
    }).detach();
  } else if (kind == "timer") {
    static CountedTimer* timer = new CountedTimer(kIdleSignal, 0);
    (void)timer;
    count_held(Held::timer, -1);
  } else if (kind == "block") {
    static void* block = counted_block(100);
    (void)block;
    count_held(Held::block, -1);
    count_held(Held::block_bytes, -100);
  } else if (kind == "growth") {
    is_growing = true;
  } else {
    give_up("--forgets");
  }
}

}  // namespace

int main(int argc, char** argv) {
  Server::signal_set();
  for (int i = 1; i + 1 < argc; i += 2)
    if (std::strcmp(argv[i], "--forgets") == 0) forget(argv[i + 1]);
  {
    Server server;
    server.serve();
  }
  for (int i = 0; i < static_cast<int>(Held::count); ++i) {
    if (held[i] == 0) continue;
    std::fprintf(stderr, "at the end: %ld %s\n", held[i].load(), kHeldNames[i]);
    return 1;
  }
  return 0;
}
