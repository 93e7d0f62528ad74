// SPDX-License-Identifier: Apache-2.0
// How long do callers of a service wait when so many requests a second are due? An open loop: a
// request is due by the clock, whether or not others were answered, and its wait begins when it is
// due.
//
// load PROTOCOL tcp:PORT|unix:PATH CONNECTIONS REQUESTS_OF_ONE: then, for each line `SECONDS RATE`
// on stdin, a line of JSON: requests, answers that were errors, open connections, and the waits in
// microseconds as [wait, how many]. Between two lines its connections stay open. Ends with stdin.
// The first connection stays; each other one is closed after REQUESTS_OF_ONE requests and opened
// again.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <vector>

#include "protocols.h"

namespace {

constexpr long long kSecond = 1'000'000'000, kPatience = 60 * kSecond;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "load: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

long long now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

int connected(const std::string& address) {
  union {
    sockaddr any;
    sockaddr_in in;
    sockaddr_un un;
  } to{};
  const bool is_tcp = address.starts_with("tcp:");
  if (is_tcp) {
    to.in = {AF_INET,
             htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + 4))),
             {htonl(INADDR_LOOPBACK)},
             {}};
  } else {
    to.un.sun_family = AF_UNIX;
    if (address.size() - 5 >= sizeof to.un.sun_path) give_up("path");
    std::strcpy(to.un.sun_path, address.c_str() + 5);
  }
  const int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, &to.any, is_tcp ? sizeof to.in : sizeof to.un) != 0) give_up("connect");
  return fd;
}

struct Connection {
  int fd = -1;
  int requests = 0;
  long long due = 0;  ///< of the request that it waits for; 0: of its hello
  bool is_busy = false;
  std::string received;
};

class Load {
 public:
  Load(const Protocol& protocol, std::string address, int connections, int renewed_after)
      : protocol_(protocol),
        address_(std::move(address)),
        renewed_after_(renewed_after),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        connections_(static_cast<std::size_t>(connections)) {
    for (Connection& connection : connections_) open(&connection);
    while (idle_.size() < connections_.size()) handle_events(now() + kSecond);
  }

  void run(double seconds, double rate) {
    const long long begin = now();
    const auto total = static_cast<long long>(seconds * rate);
    waits_.clear();
    answered_ = errors_ = 0;
    std::deque<long long> due;
    for (long long next = 0; answered_ < total;) {
      const long long time = now();
      const auto due_at = [&](long long i) {
        return begin + static_cast<long long>(static_cast<double>(i) * 1e9 / rate);
      };
      for (; next < total && due_at(next) <= time; ++next) due.push_back(due_at(next));
      for (; !due.empty() && !idle_.empty(); due.pop_front()) ask(due.front());
      if (time > begin + static_cast<long long>(seconds * 1e9) + kPatience) {
        errno = ETIMEDOUT;
        give_up("answers");
      }
      handle_events(next < total ? due_at(next) : time + kSecond);
    }
    while (idle_.size() < connections_.size()) handle_events(now() + kSecond);
    print();
  }

 private:
  void open(Connection* connection) {
    *connection = {};
    connection->fd = connected(address_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = connection;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->fd, &event) != 0) give_up("epoll_ctl");
    const std::string hello = protocol_.hello(static_cast<int>(connection - connections_.data()));
    if (hello.empty())
      idle_.push_back(connection);
    else
      send_all(connection, hello);
  }

  void send_all(Connection* connection, const std::string& bytes) {
    connection->is_busy = true;
    if (send(connection->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size()))
      give_up("send");
  }

  void ask(long long due) {
    Connection* connection = idle_.front();
    idle_.pop_front();
    connection->due = due;
    send_all(connection, protocol_.request(&random_));
  }

  void handle_events(long long until) {
    const long long left = std::max(until - now(), 0LL);
    const timespec wait{static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
    epoll_event events[16];
    const int count = epoll_pwait2(epoll_, events, 16, &wait, nullptr);
    for (int i = 0; i < count; ++i) receive(static_cast<Connection*>(events[i].data.ptr));
  }

  void receive(Connection* connection) {
    char bytes[1 << 16];
    const ssize_t size = recv(connection->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) give_up("a connection was closed");
    connection->received.append(bytes, static_cast<std::size_t>(size));
    const Answer answer = protocol_.answer(connection->received);
    if (answer.size == 0) return;
    if (!connection->is_busy || answer.size != connection->received.size())
      give_up("an answer that nobody asked for");
    connection->received.clear();
    connection->is_busy = false;
    errors_ += !answer.is_good;
    if (connection->due != 0) {
      waits_.push_back(now() - connection->due);
      ++answered_;
      ++connection->requests;
    }
    if (connection != connections_.data() && connection->requests >= renewed_after_)
      renew(connection);
    else
      idle_.push_back(connection);
  }

  void renew(Connection* connection) {
    const std::string goodbye = protocol_.goodbye();
    if (!goodbye.empty()) send_all(connection, goodbye);
    close(connection->fd);
    open(connection);
  }

  /// Three digits of each wait are enough.
  static long long rounded(long long nanoseconds) {
    long long unit = 1;
    for (long long wait = nanoseconds / 1000; wait / unit >= 1000;) unit *= 10;
    return nanoseconds / 1000 / unit * unit;
  }

  void print() const {
    std::map<long long, long long> counts;
    for (const long long wait : waits_) ++counts[rounded(wait)];
    std::printf("{\"requests\": %lld, \"errors\": %lld, \"connections\": %zu, \"waits\": [",
                answered_, errors_, connections_.size());
    const char* comma = "";
    for (const auto& [wait, count] : counts) {
      std::printf("%s[%lld, %lld]", comma, wait, count);
      comma = ", ";
    }
    std::printf("]}\n");
    std::fflush(stdout);
  }

  const Protocol& protocol_;
  const std::string address_;
  const int renewed_after_;
  const int epoll_;
  Random random_{7};
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;
  std::vector<long long> waits_;
  long long answered_ = 0, errors_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::unique_ptr<Protocol> protocol = argc == 5 ? protocol_of(argv[1]) : nullptr;
  if (protocol == nullptr) {
    std::fprintf(stderr, "usage: load PROTOCOL tcp:PORT|unix:PATH CONNECTIONS REQUESTS_OF_ONE\n");
    return 2;
  }
  Load load(*protocol, argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
  for (double seconds, rate; std::scanf("%lf %lf", &seconds, &rate) == 2;) load.run(seconds, rate);
  return 0;
}
