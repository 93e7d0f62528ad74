// SPDX-License-Identifier: Apache-2.0
// A process that looks to `leakhook dump|on|off` like a service with the library in it.
// Arguments: a file called libleakhook.so, the signal's number (and behind a dot that of a harmless
// one), and what to do with a request:
//   answer   reply two file names       error   reply an error
//   silent   reply nothing              end     end without a reply
//   hesitant reply to the second only
//   deaf     do not even catch the signal
//   silent about it   catch it, but do not say which one it is
//   hostile  reply names, hostile error  an error, that would command a terminal
// Says "ready", then one line for each request: its command and its labels.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "../../../export/reply_socket.h"
#include "../../../preload/contract/request.h"

namespace {

int requests[2];

void on_signal(int, siginfo_t* asked, void*) {
  const auto value = reinterpret_cast<std::uint64_t>(asked->si_value.sival_ptr);
  if (asked->si_code != SI_QUEUE || write(requests[1], &value, sizeof value) < 0) _exit(1);
}

const char* answer_of(const std::string& behaviour) {
  if (behaviour == "error") return "error: disk full\n";
  if (behaviour == "hostile") return "/a\x1b]0;owned\x07.heap\n/\xe2\x80\xae.fd\n";
  if (behaviour == "hostile error") return "error: \x1b[2J\xc2\x9b" "1mowned\r\xff\n";
  return "/a.heap\n/a.fd\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || pipe(requests) != 0) return 1;
  const std::string behaviour = argv[3];
  const int library = open(argv[1], O_RDONLY);
  if (mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, library, 0) == MAP_FAILED) return 1;
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  const int handshake = memfd_create((leakhook::kHandshake + std::string(argv[2])).c_str(), 0);
  if (behaviour != "silent about it" &&
      mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, handshake, 0) == MAP_FAILED)
    return 1;
  if (behaviour != "deaf") sigaction(std::atoi(argv[2]), &action, nullptr);
  if (const char* harmless = std::strchr(argv[2], '.'))
    sigaction(std::atoi(harmless + 1), &action, nullptr);
  std::puts("ready");
  std::fflush(stdout);
  std::uint64_t value = 0, last = 0;
  while (read(requests[0], &value, sizeof value) == sizeof value) {
    leakhook::Request request;
    if (!leakhook::Request::decode(value, &request)) return 1;
    std::printf("%d %d\n", static_cast<int>(request.command), request.labels);
    std::fflush(stdout);
    if (behaviour == "end") return 0;
    const bool is_first = std::exchange(last, value) != value;
    if (request.token == 0 || behaviour == "silent" || (behaviour == "hesitant" && is_first))
      continue;
    leakhook::send_reply(getpid(), request.token, leakhook::Wanted::names,
                         answer_of(behaviour));
  }
}
