// SPDX-License-Identifier: Apache-2.0
// Timers, child processes, library handles, semaphores: one identity, maybe opened several times.
#include <cstring>

#include "attention.h"
#include "given_back.h"
#include "ledger.h"
#include "misuses.h"
#include "modules.h"
#include "moment.h"
#include "resource_table.h"

namespace leakhook::ledger {
namespace {

/// The end of a name tells more than its start.
void set_name(char (&to)[32], const char* name) {
  std::memset(to, 0, sizeof to);
  if (name == nullptr) return;
  const std::size_t size = std::strlen(name);
  const std::size_t kept = size < sizeof to ? size : sizeof to - 1;
  std::memcpy(to, name + (size - kept), kept);
}

bool is_counted(Kind kind) { return kind == Kind::library || kind == Kind::semaphore; }

}  // namespace

void acquired(const Caller& caller, Kind kind, std::uint64_t identity, const char* name) {
  if (!may_record_kind(kind)) return;
  if (kind == Kind::library) unwind::learn_objects();
  if (is_counted(kind) && resource_table::add_reference(kind, identity)) return;
  resource_table::Content content;
  if (!is_counted(kind)) resource_table::withdraw(kind, identity, &content);  // a missed release
  const Moment moment = take_moment(caller);
  content = {
      moment.stack, moment.birth, moment.thread, kind, 0, identity, is_counted(kind) ? 1u : 0u, {}};
  set_name(content.name, name);
  resource_table::insert(content);
}

void released(Kind kind, std::uint64_t identity) {
  WithdrawnResource ignored;
  withdraw(kind, identity, &ignored);
}

void withdraw(Kind kind, std::uint64_t identity, WithdrawnResource* out) {
  out->kind = Kind::none;
  if (!may_record(Event::release)) return;
  resource_table::Content content;
  const bool is_known = is_counted(kind) ? resource_table::drop_reference(kind, identity, &content)
                                         : resource_table::withdraw(kind, identity, &content);
  if (!is_known) return;
  *out = {kind, identity, content.size, content.stack, content.birth, content.thread, {}};
  std::memcpy(out->name, content.name, sizeof out->name);
}

void restore(const WithdrawnResource& withdrawn) {
  if (withdrawn.kind == Kind::none || !may_record(Event::release)) return;
  if (is_counted(withdrawn.kind) &&
      resource_table::add_reference(withdrawn.kind, withdrawn.identity))
    return;
  resource_table::Content content{withdrawn.stack,
                                  withdrawn.birth,
                                  withdrawn.thread,
                                  withdrawn.kind,
                                  0,
                                  withdrawn.identity,
                                  is_counted(withdrawn.kind) ? 1u : 0u,
                                  {}};
  std::memcpy(content.name, withdrawn.name, sizeof content.name);
  resource_table::insert(content);
}

void timer_deleted(const Caller& caller, const WithdrawnResource& timer) {
  if (timer.kind == Kind::none || !may_record(Event::release)) return;
  given_back::remember(Kind::timer, timer.identity, {take_moment(caller).stack, timer.stack});
}

void timer_refused(const Caller& caller, std::uint64_t identity) {
  given_back::Place before{};
  if (!may_record_kind(Kind::timer) || !given_back::find(Kind::timer, identity, &before)) return;
  misuses::record(MisuseKind::double_delete, take_moment(caller),
                  {Kind::timer, identity, before.closed, before.opened});
}

void libraries_changed() {
  if (!may_record(Event::release)) return;
  unwind::forget_rules();
  modules::refresh();
}

}  // namespace leakhook::ledger
