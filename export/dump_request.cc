// SPDX-License-Identifier: Apache-2.0
// What does a living service answer when it is asked for a dump?
#include "dump_request.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../preload/contract/request.h"
#include "process_look.h"
#include "target.h"

namespace leakhook {
namespace {

DumpAnswer refusal(std::string reason) {
  DumpAnswer answer;
  answer.reason = std::move(reason);
  return answer;
}

/// Asks again, where that does no harm, when nothing comes: the kernel drops a signal while another
/// of its number waits, and one that found a program which has just begun is lost, too.
ReplyListener::End await_reply(Target& target, ReplyListener& listener, const Request& request,
                               std::chrono::milliseconds timeout, std::string* text, int stop_fd) {
  constexpr std::chrono::milliseconds kPatience{1000};
  for (;;) {
    const auto part = target.is_harmless() ? std::min(timeout, kPatience) : timeout;
    const auto end = listener.wait(target.ended_fd(), target.owner(), part, text, stop_fd);
    timeout -= part;
    if (end != ReplyListener::End::timeout || timeout <= timeout.zero()) return end;
    target.send(request);
  }
}

}  // namespace

DumpAnswer ask_for_dump(pid_t pid, std::uint8_t labels, Wanted wanted,
                        std::chrono::milliseconds timeout, int stop_fd) {
  Target target(pid);
  if (std::string reason = target.reason_against(); !reason.empty()) {
    DumpAnswer answer = refusal(std::move(reason));
    answer.has_ended = !stat_of(pid);
    return answer;
  }
  ReplyListener listener;
  if (!listener.listen(pid, wanted))
    return refusal(std::string("no socket to wait on: ") + strerror(errno));
  const Request request{Command::dump, labels, listener.token()};
  if (std::string reason = target.send(request); !reason.empty())
    return refusal(std::move(reason));

  DumpAnswer answer;
  switch (await_reply(target, listener, request, timeout, &answer.text, stop_fd)) {
    case ReplyListener::End::timeout:
      return refusal(
          "no answer in time: it may block or handle the dump signal itself "
          "(LEAKHOOK_SIGNAL chooses another), or its lines on stderr tell more");
    case ReplyListener::End::service_ended:
      answer = refusal("it ended before the dump was made");
      answer.has_ended = true;
      return answer;
    case ReplyListener::End::stopped:
      answer = refusal("not wanted any more");
      answer.was_stopped = true;
      return answer;
    case ReplyListener::End::replied:
      break;
  }
  if (!answer.text.starts_with(kErrorReply)) return answer;
  answer.text.resize(std::min(answer.text.size(), answer.text.find('\n')));
  return refusal(answer.text.substr(std::strlen(kErrorReply)));
}

}  // namespace leakhook
