// SPDX-License-Identifier: Apache-2.0
// Probes of the socket rows.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes.h"

namespace leakhook::test {
namespace {

void close_unseen(std::initializer_list<int> fds) {
  for (const int fd : fds) TRUE_ONE(close)(fd);
}

/// A listener on the loopback, and where.
struct Listener {
  int fd = TRUE_ONE(socket)(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  Listener() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd, place(), size), 0);
    EXPECT_EQ(listen(fd, 8), 0);
    EXPECT_EQ(getsockname(fd, place(), &size), 0);
  }
  ~Listener() { TRUE_ONE(close)(fd); }
  sockaddr* place() { return reinterpret_cast<sockaddr*>(&address); }
  int connected() {
    const int client = TRUE_ONE(socket)(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(TRUE_ONE(connect)(client, place(), sizeof address), 0);
    return client;
  }
};

/// Sends descriptors over a unix socket; how many fit is up to the receiver.
void send_descriptors(int over, std::initializer_list<int> fds) {
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = {};
  char byte = 'x';
  iovec text{&byte, 1};
  msghdr message{};
  message.msg_iov = &text, message.msg_iovlen = 1;
  message.msg_control = control, message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
  std::copy(fds.begin(), fds.end(), reinterpret_cast<int*>(CMSG_DATA(head)));
  ASSERT_EQ(sendmsg(over, &message, 0), 1);
}

/// Room for one message and `count` descriptors.
struct Inbox {
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = {};
  char byte = 0;
  iovec text{&byte, 1};
  mmsghdr message{};
  explicit Inbox(std::size_t count) {
    message.msg_hdr.msg_iov = &text, message.msg_hdr.msg_iovlen = 1;
    message.msg_hdr.msg_control = control;
    message.msg_hdr.msg_controllen = count == 0 ? 0 : CMSG_LEN(count * sizeof(int));
  }
  int descriptor(int i) { return reinterpret_cast<int*>(CMSG_DATA((cmsghdr*)control))[i]; }
};

template <class Hook>
void expect_accepted(const char* row, Hook hook) {
  Listener listener;
  const int clients[] = {listener.connected(), listener.connected(), listener.connected()};
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  const auto known = watch(row, [&] { return hook(listener.fd, (sockaddr*)&peer, &size); });
  ASSERT_GE(known.value, 0);
  EXPECT_EQ(known.error, kUntouched);
  EXPECT_EQ(size, sizeof peer);
  const auto notes = [](int fd, std::size_t size) {
    return format("real, acquired_fd socket %d -, set_fd_peer %d family 2 size %zu", fd, fd, size);
  };
  EXPECT_EQ(known.books, notes(known.value, sizeof peer));
  const auto unasked = watch(row, [&] { return hook(listener.fd, nullptr, nullptr); });
  EXPECT_EQ(unasked.books, notes(unasked.value, sizeof peer));
  size = 4;  // a buffer that is too small
  const auto cut = watch(row, [&] { return hook(listener.fd, (sockaddr*)&peer, &size); });
  EXPECT_EQ(size, sizeof peer);
  EXPECT_EQ(cut.books, notes(cut.value, 4));
  close_unseen({known.value, unasked.value, cut.value, clients[0], clients[1], clients[2]});
}

template <class Hook>
void expect_received(const char* row, Hook receive) {
  int pair[2], pipes[2];
  ASSERT_EQ(TRUE_ONE(socketpair)(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
  ASSERT_EQ(TRUE_ONE(pipe)(pipes), 0);
  const int event = TRUE_ONE(eventfd)(0, 0), memory = TRUE_ONE(memfd_create)("m", 2);
  send_descriptors(pair[0], {pipes[0], pair[0], event, memory});
  Inbox inbox(4);
  const auto seen = watch(row, [&] { return receive(pair[1], inbox.message); });
  EXPECT_EQ(seen.value, 1);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(
      seen.books,
      format("real, acquired_fd pipe %d -, acquired_fd socket %d -, acquired_fd eventfd %d "
             "-, acquired_fd memfd %d -",
             inbox.descriptor(0), inbox.descriptor(1), inbox.descriptor(2), inbox.descriptor(3)));
  for (int i = 0; i < 4; ++i) close_unseen({inbox.descriptor(i)});

  send_descriptors(pair[0], {pipes[0], pipes[1]});
  Inbox small(1);  // the second does not fit and is dropped by the kernel
  const auto cut = watch(row, [&] { return receive(pair[1], small.message); });
  EXPECT_NE(small.message.msg_hdr.msg_flags & MSG_CTRUNC, 0);
  const std::size_t arrived = (((cmsghdr*)small.control)->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  std::string expected = "real";
  for (std::size_t i = 0; i < arrived; ++i) {
    expected += format(", acquired_fd pipe %d -", small.descriptor(static_cast<int>(i)));
    close_unseen({small.descriptor(static_cast<int>(i))});
  }
  EXPECT_EQ(cut.books, expected);

  ASSERT_EQ(send(pair[0], "x", 1, 0), 1);
  Inbox plain(0);
  EXPECT_EQ(watch(row, [&] { return receive(pair[1], plain.message); }).books, "real");
  close_unseen({pair[0], pair[1], pipes[0], pipes[1], event, memory});
}

}  // namespace

void probe_socket() {
  GIVES_FD(socket, "socket", "-", AF_UNIX, SOCK_STREAM, 0);
  FAILS(socket, "real", -1, 0, 0);
}

void probe_socketpair() {
  int fds[2];
  const auto seen = HOOKED(socketpair, AF_UNIX, SOCK_STREAM, 0, fds);
  ASSERT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books,
            format("real, acquired_fd socket %d -, acquired_fd socket %d -", fds[0], fds[1]));
  close_unseen({fds[0], fds[1]});
  FAILS(socketpair, "real", AF_INET, SOCK_STREAM, 0, fds);
}

void probe_accept() {
  expect_accepted("accept", [](int fd, sockaddr* address, socklen_t* size) {
    return hook_accept(fd, address, size);
  });
  FAILS(accept, "real", -1, nullptr, nullptr);
  Listener listener;
  const int clients[] = {listener.connected(), listener.connected()};
  sockaddr_in peer{};
  FAILS(accept, "real", listener.fd, (sockaddr*)&peer, nullptr);
  close_unseen({clients[0], clients[1]});
}

void probe_accept4() {
  expect_accepted("accept4", [](int fd, sockaddr* address, socklen_t* size) {
    return hook_accept4(fd, address, size, SOCK_CLOEXEC);
  });
  FAILS(accept4, "real", -1, nullptr, nullptr, 0);
}

void probe_connect() {
  Listener listener;
  const int quick = TRUE_ONE(socket)(AF_INET, SOCK_STREAM, 0);
  const auto seen = HOOKED(connect, quick, listener.place(), sizeof listener.address);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books, format("real, set_fd_peer %d family 2 size 16", quick));
  const int slow = TRUE_ONE(socket)(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const auto pending = HOOKED(connect, slow, listener.place(), sizeof listener.address);
  EXPECT_TRUE(pending.value == 0 || pending.error == EINPROGRESS);
  EXPECT_EQ(pending.books, format("real, set_fd_peer %d family 2 size 16", slow));
  close_unseen({quick, slow});
  FAILS(connect, "real", -1, listener.place(), sizeof listener.address);
  const int datagrams = TRUE_ONE(socket)(AF_INET, SOCK_DGRAM, 0);
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  FAILS(connect, "real", datagrams, &nobody, sizeof nobody);  // succeeds: takes the peer away
  FAILS(connect, "real", datagrams, nullptr, 16);
  close_unseen({datagrams});
}

void probe_recvmsg() {
  expect_received("recvmsg",
                  [](int fd, mmsghdr& message) { return hook_recvmsg(fd, &message.msg_hdr, 0); });
  Inbox inbox(1);
  FAILS(recvmsg, "real", -1, &inbox.message.msg_hdr, 0);
}

void probe_recvmmsg() {
  expect_received("recvmmsg", [](int fd, mmsghdr& message) {
    return hook_recvmmsg(fd, &message, 1, 0, nullptr);
  });
  Inbox inbox(1);
  FAILS(recvmmsg, "real", -1, &inbox.message, 1, 0, nullptr);
}

}  // namespace leakhook::test
