// SPDX-License-Identifier: Apache-2.0
// How does the exporter tell whoever asked for a dump what became of it? An abstract unix socket
// named after the service and a random token; nothing is left in the file system.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace leakhook {

/// The exporter's side. Silent when nobody listens any more.
void send_reply(pid_t service, std::uint32_t token, const std::string& text);

/// The asker's side.
class ReplyListener {
 public:
  ReplyListener() = default;
  ReplyListener(const ReplyListener&) = delete;
  ReplyListener& operator=(const ReplyListener&) = delete;
  ~ReplyListener();

  /// False: errno tells why.
  bool listen(pid_t service);
  std::uint32_t token() const { return token_; }

  enum class End { replied, timeout, service_ended };
  /// Waits for one reply of a process of user `owner` or root; others are not believed.
  /// `service_fd`: readable when the service has ended, or -1.
  End wait(int service_fd, uid_t owner, std::chrono::milliseconds timeout, std::string* text);

 private:
  /// True: it was the exporter, and it said all.
  bool read_one(uid_t owner, std::chrono::steady_clock::time_point end, std::string* text);

  int socket_ = -1;
  std::uint32_t token_ = 0;
};

}  // namespace leakhook
