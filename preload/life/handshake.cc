// SPDX-License-Identifier: Apache-2.0
// A page of a file in memory whose name says it.
#include "handshake.h"

#include <sys/mman.h>

#include "../base/line.h"
#include "../base/system.h"
#include "../contract/request.h"
#include "headroom.h"
#include "process.h"

namespace leakhook::life {
namespace {

constexpr long kPage = 4096;
constinit void* handshake = nullptr;

}  // namespace

void show_handshake(int keeper_end) {
  Text<32> name;
  name << kHandshake << process.settings.SIGNAL.number;
  if (keeper_end != 0) name << '.' << keeper_end;
  const long fd = sys::call(SYS_memfd_create, sys::word(name.c_str()), MFD_CLOEXEC);
  if (sys::failed(fd)) return;
  if (file_may_have(kPage)) sys::call(SYS_ftruncate, fd, kPage);
  handshake = sys::map(nullptr, kPage, PROT_READ, MAP_PRIVATE, static_cast<int>(fd));
  sys::close(static_cast<int>(fd));
}

bool is_handshake_shown() { return handshake != nullptr; }

void hide_handshake() {
  if (handshake != nullptr) sys::unmap(handshake, kPage);
  handshake = nullptr;
}

}  // namespace leakhook::life
