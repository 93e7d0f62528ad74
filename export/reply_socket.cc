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
#include <iterator>

#include "../preload/contract/request.h"

namespace leakhook {
namespace {

using Clock = std::chrono::steady_clock;

/// Bytes that an asker is ready to hear.
constexpr std::size_t longest_reply(Wanted wanted) {
  return std::size_t{1} << (wanted == Wanted::profiles ? 29 : 20);
}
/// The exporter of a service that has ended may still be writing.
constexpr std::chrono::seconds kAfterTheEnd{2};

struct AbstractName {
  sockaddr_un address{};
  socklen_t size = 0;

  AbstractName(pid_t service, std::uint32_t token, Wanted wanted) {
    address.sun_family = AF_UNIX;
    std::string name = kReplySocket + std::to_string(service) + "." + std::to_string(token);
    if (wanted == Wanted::profiles) name += kProfilesWanted;
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

/// The user at the other end; nothing: not known.
std::optional<uid_t> user_behind(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer.uid;
}

}  // namespace

bool send_reply(pid_t service, std::uint32_t token, Wanted wanted, const std::string& text) {
  const Descriptor connection{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const AbstractName name(service, token, wanted);
  if (connection.fd < 0 || connect(connection.fd, name.get(), name.size) != 0) return false;
  // Names are no secret. What is in profiles is for those who could have read the files.
  const auto user = user_behind(connection.fd);
  if (wanted == Wanted::profiles && (!user || (*user != geteuid() && *user != 0))) return false;
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = send(connection.fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;  // it has lost its interest
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

ReplyListener::~ReplyListener() {
  if (socket_ >= 0) close(socket_);
}

bool ReplyListener::listen(pid_t service, Wanted wanted) {
  longest_ = longest_reply(wanted);
  socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return false;
  for (int attempt = 0; attempt < 16; ++attempt) {
    std::uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random) return false;
    token_ = std::max<std::uint32_t>(random & 0xffffff, 1);
    const AbstractName name(service, token_, wanted);
    if (bind(socket_, name.get(), name.size) == 0) return ::listen(socket_, 4) == 0;
    if (errno != EADDRINUSE) return false;
  }
  return false;
}

ReplyListener::End ReplyListener::wait(int service_fd, uid_t owner,
                                       std::chrono::milliseconds timeout, std::string* text,
                                       int stop_fd) {
  Clock::time_point end = Clock::now() + timeout;
  bool has_ended = false;
  for (;;) {
    pollfd waited[] = {
        {socket_, POLLIN, 0}, {has_ended ? -1 : service_fd, POLLIN, 0}, {stop_fd, POLLIN, 0}};
    const int ready = poll(waited, std::size(waited), milliseconds_until(end));
    if (ready < 0 && errno != EINTR) return End::timeout;
    if (ready == 0) return has_ended ? End::service_ended : End::timeout;
    if (ready < 0) continue;
    if (waited[2].revents) return End::stopped;
    if (waited[0].revents && read_one(owner, end, stop_fd, text)) return End::replied;
    if (!waited[1].revents) continue;
    has_ended = true;
    end = std::min(end, Clock::now() + kAfterTheEnd);
  }
}

bool ReplyListener::read_one(uid_t owner, Clock::time_point end, int stop_fd, std::string* text) {
  const Descriptor connection{accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (connection.fd < 0) return false;
  const auto user = user_behind(connection.fd);
  if (!user || (*user != owner && *user != 0)) return false;
  text->clear();
  while (text->size() < longest_) {
    char chunk[65536];
    const ssize_t n = read(connection.fd, chunk, sizeof chunk);
    if (n == 0) return !text->empty();
    if (n > 0) {
      text->append(chunk, static_cast<std::size_t>(n));
      continue;
    }
    if (errno == EINTR) continue;
    pollfd waited[] = {{connection.fd, POLLIN, 0}, {stop_fd, POLLIN, 0}};
    if (errno != EAGAIN || poll(waited, 2, milliseconds_until(end)) == 0 || waited[1].revents)
      return false;
  }
  return false;
}

}  // namespace leakhook
