// SPDX-License-Identifier: Apache-2.0
// How does the exporter tell whoever asked for a dump what became of it? An abstract unix socket
// named after the service, a random token and what is wanted; nothing is left in the file system.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace leakhook {

/// Does the asker want files and their names, or the profiles themselves and no files?
enum class Wanted : std::uint8_t { names, profiles };

/// The exporter's side. False: nobody listens for this, or a user who may not have our profiles.
bool send_reply(pid_t service, std::uint32_t token, Wanted wanted, const std::string& text);

/// The asker's side.
class ReplyListener {
 public:
  ReplyListener() = default;
  ReplyListener(const ReplyListener&) = delete;
  ReplyListener& operator=(const ReplyListener&) = delete;
  ~ReplyListener();

  /// False: errno tells why.
  bool listen(pid_t service, Wanted wanted);
  std::uint32_t token() const { return token_; }

  enum class End { replied, timeout, service_ended, stopped };
  /// Waits for one reply of a process of user `owner` or root; others are not believed.
  /// `service_fd`: readable when the service has ended, or -1. `stop_fd`: readable when nobody is
  /// interested any more, or -1.
  End wait(int service_fd, uid_t owner, std::chrono::milliseconds timeout, std::string* text,
           int stop_fd = -1);

 private:
  /// True: it was the exporter, and it said all.
  bool read_one(uid_t owner, std::chrono::steady_clock::time_point end, int stop_fd,
                std::string* text);

  int socket_ = -1;
  std::size_t longest_ = 0;
  std::uint32_t token_ = 0;
};

}  // namespace leakhook
