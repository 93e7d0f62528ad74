// SPDX-License-Identifier: Apache-2.0
// Writing beside the place of a file, and moving there; the exporter's words without the exporter.
#include "without_exporter.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstddef>
#include <cstring>

#include "../base/system.h"
#include "../contract/file_names.h"
#include "../contract/kinds.h"
#include "../ledger/segment.h"
#include "raw_file.h"

namespace leakhook::life {
namespace {

constinit std::atomic<bool> are_answers_forbidden{false};

void remove(const Path& path) { sys::call(SYS_unlinkat, -100, sys::word(path.c_str()), 0); }

/// STEM.lhk or its like. False: nowhere.
bool write_and_publish(const Path& stem, WriteDump write, void* dump, Path* final) {
  Path partial;
  const long fd = make_raw_file(stem, &partial);
  if (sys::failed(fd)) return false;
  const bool is_written = write(dump, static_cast<int>(fd));
  sys::close(static_cast<int>(fd));
  if (is_written && publish_raw_file(stem, partial, final)) return true;
  remove(partial);
  return false;
}

/// False: nobody listens there.
bool tell_at(const char* name, const char* text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(name);
  std::memcpy(address.sun_path + 1, name, length);  // abstract: behind a zero byte
  const long fd = sys::call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (sys::failed(fd)) return false;
  const bool is_heard = !sys::failed(sys::call(SYS_connect, fd, sys::word(&address),
                                               offsetof(sockaddr_un, sun_path) + 1 + length));
  if (is_heard)
    sys::call(SYS_sendto, fd, sys::word(text), static_cast<long>(std::strlen(text)), MSG_NOSIGNAL,
              0, 0);
  sys::close(static_cast<int>(fd));
  return is_heard;
}

}  // namespace

bool write_raw_file(const Path& stem, WriteDump write, void* dump, Line* line) {
  Path final;
  if (!write_and_publish(stem, write, dump, &final)) {
    *line << "cannot write a dump to " << stem.c_str() << kSegmentSuffix;
    return false;
  }
  *line << "the exporter could not run; raw dump in " << final.c_str()
        << ": make profiles of it with `leakhook export`";
  return true;
}

void tell_asker(const Request& request, const Line& line) {
  if (request.token == 0 || are_answers_forbidden.load(std::memory_order_relaxed)) return;
  Text<64> name;
  name << kReplySocket << ledger::segment.owner << '.' << std::uint64_t{request.token};
  Line reply;
  reply << kErrorReply << line.c_str() << '\n';
  if (tell_at(name.c_str(), reply.c_str())) return;
  name << kProfilesWanted;
  tell_at(name.c_str(), reply.c_str());
}

void forbid_answers() { are_answers_forbidden.store(true, std::memory_order_relaxed); }

void remove_partial_raw_file(const Path& stem, long pid) {
  remove(partial_of(stem, kSegmentSuffix, pid));
}

void remove_partial_profiles(const Path& stem, long pid) {
  for (const ProfileRow& row : kProfileRows) {
    Text<32> suffix;
    suffix << '.' << row.name << kProfileSuffix;
    remove(partial_of(stem, suffix.c_str(), pid));
  }
}

}  // namespace leakhook::life
