// SPDX-License-Identifier: Apache-2.0
// The hooks of sockets whose peer becomes known, and of descriptors that arrive in messages.
#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "../ledger/program_memory.h"
#include "declarations.h"
#include "descriptors.h"

#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04
#endif

namespace leakhook {
namespace {

/// Where accept writes the peer: the program's buffer, or ours when it does not want to know.
/// Asking getpeername afterwards would be one more system call, which a seccomp filter may kill.
struct Peer {
  Peer(sockaddr* address, socklen_t* size)
      : address(address != nullptr ? address : reinterpret_cast<sockaddr*>(&own)),
        size(address != nullptr ? size : &own_size),
        capacity(ledger::can_be_read(this->size, sizeof *this->size) ? *this->size : 0) {}
  Peer(const Peer&) = delete;

  int accepted(const ledger::Caller& caller, int fd) const {
    if (fd < 0) return fd;
    ledger::acquired_fd(caller, Kind::socket, fd);
    const socklen_t known = *size < capacity ? *size : capacity;
    if (known > sizeof(sa_family_t)) ledger::set_fd_peer(fd, address, known);
    return fd;
  }

  sockaddr_storage own;
  socklen_t own_size = sizeof own;
  sockaddr* address;
  socklen_t* size;
  socklen_t capacity;  ///< of the buffer: a longer address is cut there
};

/// Records the descriptors that the kernel put into a received message. A control buffer that was
/// too small (MSG_CTRUNC) lists those that were let in; its lengths are the kernel's, yet checked.
void received(const ledger::Caller& caller, const msghdr& message) {
  if (message.msg_control == nullptr) return;
  const auto* next = static_cast<const std::uint8_t*>(message.msg_control);
  std::size_t left = message.msg_controllen;
  while (left >= sizeof(cmsghdr)) {
    cmsghdr header;
    memcpy(&header, next, sizeof header);
    const std::size_t length = header.cmsg_len < left ? header.cmsg_len : left;
    if (length < CMSG_LEN(0)) return;
    const bool carries_pidfd = header.cmsg_type == SCM_PIDFD;
    if (header.cmsg_level == SOL_SOCKET && (carries_pidfd || header.cmsg_type == SCM_RIGHTS)) {
      for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= length; at += sizeof(int)) {
        int fd = -1;
        memcpy(&fd, next + at, sizeof fd);
        if (fd >= 0)
          ledger::acquired_fd(caller, carries_pidfd ? Kind::pidfd : kind_by_asking(fd), fd);
      }
    }
    const std::size_t step = CMSG_ALIGN(length);
    if (step >= left) return;
    next += step;
    left -= step;
  }
}

}  // namespace

int hook_accept(int fd, sockaddr* address, socklen_t* size) {
  const Peer peer(address, size);
  const int result = real::accept(fd, peer.address, peer.size);
  return peer.accepted(LEAKHOOK_CALLER, result);
}

int hook_accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  const Peer peer(address, size);
  const int result = real::accept4(fd, peer.address, peer.size, flags);
  return peer.accepted(LEAKHOOK_CALLER, result);
}

int hook_connect(int fd, const sockaddr* address, socklen_t size) {
  const int result = real::connect(fd, address, size);
  const bool is_on_its_way = result == 0 || errno == EINPROGRESS || errno == EINTR;
  if (is_on_its_way && size > sizeof(sa_family_t) && address->sa_family != AF_UNSPEC)
    ledger::set_fd_peer(fd, address, size);
  return result;
}

ssize_t hook_recvmsg(int fd, msghdr* message, int flags) {
  const ssize_t result = real::recvmsg(fd, message, flags);
  if (result >= 0 && message->msg_controllen != 0) received(LEAKHOOK_CALLER, *message);
  return result;
}

int hook_recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  const int result = real::recvmmsg(fd, messages, count, flags, timeout);
  for (int i = 0; i < result; ++i)
    if (messages[i].msg_hdr.msg_controllen != 0) received(LEAKHOOK_CALLER, messages[i].msg_hdr);
  return result;
}

}  // namespace leakhook
