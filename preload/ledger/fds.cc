// SPDX-License-Identifier: Apache-2.0
// Descriptors: a dense array, index = number.
//
// The kernel hands a number to one owner at a time, so writers of one record hardly ever meet.
#include "fds.h"

#include <cstring>

#include "attention.h"
#include "misuses.h"
#include "moment.h"
#include "versioned.h"

namespace leakhook::ledger {
namespace {

/// Null: the number is too high, counted.
FdRecord* record_for(int fd) {
  if (FdRecord* record = known_fd(fd)) return record;
  const std::uint64_t end = (static_cast<std::uint64_t>(fd) + 1) * sizeof(FdRecord);
  if (end <= segment.reserved(Region::fds) && segment.commit(Region::fds, end)) return known_fd(fd);
  segment.count_and_say(Counter::fd_table_full);
  return nullptr;
}

void set_name(FdRecord& record, NameForm form, const void* bytes, std::size_t size) {
  record.name_form = static_cast<std::uint8_t>(form);
  record.name_size = static_cast<std::uint8_t>(size);
  std::memcpy(record.name, bytes, size);
}

/// A path that is too long keeps its end, which tells more than its start.
void set_path(FdRecord& record, const char* path) {
  record.name_form = static_cast<std::uint8_t>(NameForm::none);
  record.name_size = 0;
  if (path == nullptr) return;
  const std::size_t size = std::strlen(path);
  constexpr std::size_t kRoom = sizeof record.name;
  if (size <= kRoom) return set_name(record, NameForm::path, path, size);
  set_name(record, NameForm::path, path + size - kRoom, kRoom);
  std::memcpy(record.name, "...", 3);
}

/// What was there is gone unseen, and its stream with it; after dup2 the stream stays.
void fill(FdRecord& record, Kind kind, const Moment& moment, std::uint8_t flags) {
  if (record.kind != Kind::none) record.stream = 0;
  record.stack = moment.stack;
  record.birth = moment.birth;
  record.thread = moment.thread;
  record.kind = kind;
  record.flags = flags;
}

void clear(FdRecord& record) {
  if (record.kind == Kind::none) return;
  Writing writing(record.version);
  record.kind = Kind::none;
}

/// A stream by its address; never 0.
std::uint32_t mark_of(const void* stream) {
  const auto mark = static_cast<std::uint32_t>(reinterpret_cast<std::uint64_t>(stream) >> 4);
  return mark != 0 ? mark : 1;
}

/// Requires: the record's version is odd.
void close_in(FdRecord& record, std::uint64_t place) {
  if (record.kind == Kind::none) return;  // another thread was faster
  if (record.stream != 0) [[unlikely]]
    record.robbed_stream = record.stream, record.stream = 0;
  record.closed_kind = record.kind;
  record.closed_at = place;
  record.kind = Kind::none;
}

std::uint64_t place_of(HookFrame hook) {
  const bool is_watched =
      misuses::were_seen() || closes_in_a_row.load(std::memory_order_relaxed) != 0;
  return is_watched ? watched_closing_place(hook) : hook.words[1];
}

}  // namespace

constinit std::atomic<std::uint64_t> closes_in_a_row{0};

FdRecord* known_fd(int fd) {
  const std::uint64_t end = (static_cast<std::uint64_t>(fd) + 1) * sizeof(FdRecord);
  if (fd < 0 || end > segment.extent(Region::fds).committed.load(std::memory_order_acquire))
    return nullptr;  // pairs with commit()
  return segment.records<FdRecord>(Region::fds) + fd;
}

void acquired_fd(const Caller& caller, Kind kind, int fd, const char* path) {
  if (fd < 0 || !may_record(Event::acquire)) return;
  FdRecord* record = record_for(fd);
  if (record == nullptr) return;
  if ((segment.kinds & bit_of(kind)) == 0) return clear(*record);
  const Moment moment = take_moment(caller);
  Writing writing(record->version);
  fill(*record, kind, moment, 0);
  set_path(*record, path);
}

void acquired_fd_pair(const Caller& caller, Kind kind, int first, int second, const char* path) {
  if (first < 0 || second < 0 || !may_record(Event::acquire)) return;
  FdRecord* records[] = {record_for(first), record_for(second)};
  const char* paths[] = {nullptr, path};
  const bool is_wanted = (segment.kinds & bit_of(kind)) != 0;
  const Moment moment = is_wanted ? take_moment(caller) : Moment{};
  for (int i = 0; i < 2; ++i) {
    if (records[i] == nullptr) continue;
    if (!is_wanted) {
      clear(*records[i]);
      continue;
    }
    Writing writing(records[i]->version);
    fill(*records[i], kind, moment, 0);
    set_path(*records[i], paths[i]);
  }
}

void acquired_fd_copy(const Caller& caller, int from, int to) {
  if (to < 0 || !may_record(Event::acquire)) return;
  FdRecord* record = record_for(to);
  if (record == nullptr) return;
  const FdRecord* source = known_fd(from);
  const bool is_known = source != nullptr && source->kind != Kind::none;
  const Kind kind = is_known ? source->kind : Kind::other_fd;
  if ((segment.kinds & bit_of(kind)) == 0) return clear(*record);
  const Moment moment = take_moment(caller);
  Writing writing(record->version);
  fill(*record, kind, moment, 0);
  if (is_known && source->name_size <= sizeof source->name)
    set_name(*record, static_cast<NameForm>(source->name_form), source->name, source->name_size);
  else
    set_path(*record, nullptr);
}

void set_fd_peer(int fd, const sockaddr* address, socklen_t size) {
  if (address == nullptr || size < sizeof address->sa_family || !may_record(Event::acquire)) return;
  FdRecord* record = known_fd(fd);
  if (record == nullptr || record->kind == Kind::none) return;
  Writing writing(record->version);
  set_name(*record, NameForm::peer, address,
           size < sizeof record->name ? size : sizeof record->name);
}

ClosedFd released_fd(HookFrame hook, int fd) {
  ClosedFd before;
  if (fd < 0 || !may_record(Event::release)) return before;
  before.state = ClosedFd::unknown;
  FdRecord* record = known_fd(fd);
  if (record == nullptr) return before;
  if (record->kind == Kind::none) [[unlikely]] {
    if (record->closed_at == 0) return before;
    return {ClosedFd::closed, record->closed_kind, record->stack, record->closed_at};
  }
  const std::uint64_t place = place_of(hook);
  before.state = ClosedFd::open;
  Writing writing(record->version);
  close_in(*record, place);
  return before;
}

ClosedFd released_stream(HookFrame hook, int fd, const void* stream) {
  FdRecord* record = fd >= 0 && may_record(Event::release) ? known_fd(fd) : nullptr;
  if (record == nullptr) return {};
  const std::uint32_t mark = mark_of(stream);
  const bool is_taken = record->stream != mark && record->robbed_stream == mark;
  const ClosedFd owners{ClosedFd::taken, record->kind, record->stack, record->closed_at};
  {
    Writing writing(record->version);
    if (record->stream == mark) record->stream = 0;
    if (is_taken) record->robbed_stream = 0;
  }
  ClosedFd before = released_fd(hook, fd);
  if (before.state == ClosedFd::open) before.state = ClosedFd::open_stream;
  return before.state == ClosedFd::open_stream && is_taken ? owners : before;
}

void set_fd_stream(int fd, const void* stream) {
  if (!may_record(Event::acquire)) return;
  FdRecord* record = known_fd(fd);
  if (record == nullptr || record->kind == Kind::none) return;
  const std::uint32_t mark = mark_of(stream);
  Writing writing(record->version);
  record->stream = mark;
  if (record->robbed_stream == mark) record->robbed_stream = 0;  // a new stream at its address
}

void released_fds(HookFrame hook, unsigned first, unsigned last) {
  if (!may_record(Event::release)) return;
  const std::uint64_t place = place_of(hook);
  const auto records = segment.all<FdRecord>(Region::fds);
  for (std::uint64_t fd = first; fd <= last && fd < records.size(); ++fd)
    if (FdRecord& record = records[fd]; record.kind != Kind::none) {
      Writing writing(record.version);
      close_in(record, place);
    }
}

void withdraw_fd(int fd, WithdrawnFd* out) {
  out->slot = nullptr;
  if (!may_record(Event::release)) return;
  FdRecord* record = known_fd(fd);
  if (record == nullptr || record->kind == Kind::none) return;
  std::memcpy(out->copy, static_cast<const void*>(record), sizeof out->copy);
  out->slot = record;
  clear(*record);
}

void restore_fd(const WithdrawnFd& withdrawn) {
  if (withdrawn.slot == nullptr || !may_record(Event::release)) return;
  Writing writing(withdrawn.slot->version);
  constexpr std::size_t kSkipped = sizeof(Version);
  std::memcpy(reinterpret_cast<char*>(withdrawn.slot) + kSkipped, withdrawn.copy + kSkipped,
              sizeof(FdRecord) - kSkipped);
}

void inherited_fd(int fd) {
  FdRecord* record = record_for(fd);
  if (record == nullptr) return;
  Writing writing(record->version);
  fill(*record, Kind::other_fd, {0, 1, 0}, kFdInherited);
  set_path(*record, nullptr);
}

}  // namespace leakhook::ledger
