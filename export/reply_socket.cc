// SPDX-License-Identifier: Apache-2.0
// How does the exporter tell whoever asked for a dump what became of it?
#include "reply_socket.h"

#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace leakhook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestReply = 1 << 20;
/// The exporter of a service that has ended may still be writing.
constexpr std::chrono::seconds kAfterTheEnd{2};

struct AbstractName {
  sockaddr_un address{};
  socklen_t size = 0;

  AbstractName(pid_t service, std::uint32_t token) {
    address.sun_family = AF_UNIX;
    const std::string name = "leakhook." + std::to_string(service) + "." + std::to_string(token);
    // An abstract name begins behind a zero byte and has no terminator.
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

int milliseconds_until(Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 1'000'000'000));
}

}  // namespace

void send_reply(pid_t service, std::uint32_t token, const std::string& text) {
  const Descriptor connection{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const AbstractName name(service, token);
  if (connection.fd < 0 || connect(connection.fd, name.get(), name.size) != 0) return;
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
}

ReplyListener::~ReplyListener() {
  if (socket_ >= 0) close(socket_);
}

bool ReplyListener::listen(pid_t service) {
  socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return false;
  for (int attempt = 0; attempt < 16; ++attempt) {
    std::uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random) return false;
    token_ = std::max<std::uint32_t>(random & 0xffffff, 1);
    const AbstractName name(service, token_);
    if (bind(socket_, name.get(), name.size) == 0) return ::listen(socket_, 4) == 0;
    if (errno != EADDRINUSE) return false;
  }
  return false;
}

ReplyListener::End ReplyListener::wait(int service_fd, uid_t owner,
                                       std::chrono::milliseconds timeout, std::string* text) {
  Clock::time_point end = Clock::now() + timeout;
  bool has_ended = false;
  for (;;) {
    pollfd waited[] = {{socket_, POLLIN, 0}, {has_ended ? -1 : service_fd, POLLIN, 0}};
    const int ready = poll(waited, 2, milliseconds_until(end));
    if (ready < 0 && errno != EINTR) return End::timeout;
    if (ready == 0) return has_ended ? End::service_ended : End::timeout;
    if (ready < 0) continue;
    if (waited[0].revents && read_one(owner, end, text)) return End::replied;
    if (!waited[1].revents) continue;
    has_ended = true;
    end = std::min(end, Clock::now() + kAfterTheEnd);
  }
}

bool ReplyListener::read_one(uid_t owner, Clock::time_point end, std::string* text) {
  const Descriptor connection{accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (connection.fd < 0) return false;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection.fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  if (peer.uid != owner && peer.uid != 0) return false;
  text->clear();
  while (text->size() < kLongestReply) {
    char chunk[4096];
    const ssize_t n = read(connection.fd, chunk, sizeof chunk);
    if (n == 0) return !text->empty();
    if (n > 0) {
      text->append(chunk, static_cast<std::size_t>(n));
      continue;
    }
    if (errno == EINTR) continue;
    pollfd waited{connection.fd, POLLIN, 0};
    if (errno != EAGAIN || poll(&waited, 1, milliseconds_until(end)) == 0) return false;
  }
  return false;
}

}  // namespace leakhook
