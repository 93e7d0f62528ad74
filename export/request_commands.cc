// SPDX-License-Identifier: Apache-2.0
// `leakhook dump|on|off PID`: asks a living service for something.
#include "request_commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "export_command.h"
#include "reply_socket.h"
#include "target.h"

namespace leakhook {
namespace {

int refuse(pid_t pid, const std::string& reason) {
  std::fprintf(stderr, "leakhook: process %d: %s\n", static_cast<int>(pid), reason.c_str());
  return kExitUnable;
}

}  // namespace

int run_dump(pid_t pid, std::uint8_t labels, std::chrono::milliseconds timeout) {
  Target target(pid);
  std::string reason = target.reason_against();
  if (!reason.empty()) return refuse(pid, reason);
  ReplyListener listener;
  if (!listener.listen(pid))
    return refuse(pid, std::string("no socket to wait on: ") + strerror(errno));
  reason = target.send({Command::dump, labels, listener.token()});
  if (!reason.empty()) return refuse(pid, reason);

  std::string reply;
  switch (listener.wait(target.ended_fd(), target.owner(), timeout, &reply)) {
    case ReplyListener::End::timeout:
      return refuse(pid,
                    "no answer in time: it may block or handle the dump signal itself "
                    "(LEAKHOOK_SIGNAL chooses another), or its lines on stderr tell more");
    case ReplyListener::End::service_ended:
      return refuse(pid, "it ended before the dump was made");
    case ReplyListener::End::replied:
      break;
  }
  constexpr std::string_view kError = "error: ";
  if (reply.starts_with(kError)) {
    reply.resize(std::min(reply.size(), reply.find('\n')));
    return refuse(pid, reply.substr(kError.size()));
  }
  std::fputs(reply.c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : kExitUnable;
}

int run_switch(pid_t pid, bool is_on) {
  Target target(pid);
  std::string reason = target.reason_against();
  if (reason.empty()) reason = target.send({is_on ? Command::on : Command::off});
  return reason.empty() ? 0 : refuse(pid, reason);
}

}  // namespace leakhook
