// SPDX-License-Identifier: Apache-2.0
// Threads: from the call that creates one until it is joined, or ends detached.
//
// A record is made before the thread exists, so that it can carry the start routine; the creator
// and the new thread both write its identity, whoever comes first.
#include "threads.h"

#include <pthread.h>

#include "../base/real.h"
#include "../base/system.h"
#include "attention.h"
#include "given_back.h"
#include "ledger.h"
#include "misuses.h"
#include "moment.h"
#include "names.h"
#include "versioned.h"

namespace leakhook::ledger {
namespace {

constexpr std::uint64_t kHints = 1024;
/// Where a pthread_t was last put: a guess that saves the search.
constinit std::atomic<std::uint32_t> hints[kHints]{};
constinit std::atomic<std::uint32_t> next_slot{1};

std::atomic<std::uint32_t>& hint_of(std::uint64_t identity) {
  return hints[(identity >> 12 ^ identity >> 24) % kHints];
}

ThreadRecord* table() { return segment.records<ThreadRecord>(Region::threads); }

std::uint32_t slot_count() {
  return static_cast<std::uint32_t>(segment.all<ThreadRecord>(Region::threads).size());
}

bool claim(ThreadRecord& record) {
  if (record.state != ThreadState::free) return false;
  Writing writing(record.version);
  if (record.state != ThreadState::free) return false;
  record.state = ThreadState::starting;
  record.identity = 0, record.tid = 0, record.is_main = 0;
  return true;
}

/// Slots are handed out in turn, so that one that just became free is not taken at once by another
/// thread whose creator still writes to it. Null: full.
ThreadRecord* claim_slot() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::uint32_t slots = slot_count();
    const std::uint32_t first = next_slot.fetch_add(1, std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < slots; ++i)
      if (const std::uint32_t at = (first + i) % slots; at != 0 && claim(table()[at]))
        return &table()[at];
    if (!segment.commit(Region::threads, std::uint64_t{slots} * 2 * sizeof(ThreadRecord))) break;
  }
  return nullptr;
}

void set_identity(ThreadRecord* thread, std::uint64_t identity) {
  thread->identity = identity;
  hint_of(identity).store(static_cast<std::uint32_t>(thread - table()), std::memory_order_relaxed);
}

void remember(const Caller& caller, const ThreadTicket& ticket) {
  given_back::remember(Kind::thread, ticket.identity,
                       {take_moment(caller).stack, ticket.thread->stack});
}

bool is_live(const ThreadRecord& thread, std::uint64_t identity) {
  return thread.identity == identity && thread.state != ThreadState::free;
}

/// Of the calling thread, which libc created. Its number stands in the name of its clock (Linux,
/// kernel/time/posix-cpu-timers.c: its complement above three bits, of which 4 says that it is a
/// thread's and 2 that it counts what the thread ran): a look at libc's word, not a system call.
std::int32_t own_tid() {
  constexpr clockid_t kBits = 7, kRunTimeOfThread = 4 | 2;
  clockid_t clock = 0;
  const auto clock_of = real::borrowed::clock_of;
  if (clock_of != nullptr && clock_of(pthread_self(), &clock) == 0 &&
      (clock & kBits) == kRunTimeOfThread)
    return ~(clock >> 3);
  return static_cast<std::int32_t>(sys::gettid());
}

/// Births are counted in seconds; within one the kernel counts its threads on.
bool is_younger(const ThreadRecord& a, const ThreadRecord& b) {
  const bool has_a_ended = a.state == ThreadState::ended,
             has_b_ended = b.state == ThreadState::ended;
  if (has_a_ended != has_b_ended) return has_b_ended;
  return a.birth != b.birth ? a.birth > b.birth : a.tid > b.tid;
}

}  // namespace

bool prepare_threads() { return segment.commit(Region::threads, 4096); }

void main_thread(const char* name, std::uint64_t stack_low, std::uint64_t stack_high) {
  ThreadRecord& record = table()[0];
  {
    Writing writing(record.version);
    record.state = ThreadState::running;
    record.is_main = 1;
    record.birth = segment.header->inherited_until + 1;
    record.name = record.creator = names::intern(name);
    record.tid = static_cast<std::int32_t>(sys::gettid());
    record.identity = pthread_self();
    record.stack_low = stack_low, record.stack_high = stack_high;
  }
  hint_of(record.identity).store(0, std::memory_order_relaxed);
  this_thread.record = &record;
  this_thread.stack_low = stack_low, this_thread.stack_high = stack_high;
}

void only_this_thread_left() {
  const ThreadRecord* mine = this_thread.record;
  char name[sizeof(NameRecord)] = {};
  const NameId id = mine != nullptr ? mine->name : this_thread.name;
  __builtin_memcpy(name, segment.records<NameRecord>(Region::names)[id].text, sizeof name - 1);
  for (std::uint32_t i = 0; i < slot_count(); ++i) {
    ThreadRecord& record = table()[i];
    end_for_others(record.version);
    if (record.state == ThreadState::free) continue;
    Writing writing(record.version);
    record.state = ThreadState::free;
  }
  main_thread(name, this_thread.stack_low, this_thread.stack_high);
}

ThreadRecord* thread_starts(const Caller& caller, void* start_routine, void* argument,
                            std::size_t stack_size, bool is_detached) {
  second_thread_comes();
  if (!may_record_kind(Kind::thread)) return nullptr;
  ThreadRecord* thread = claim_slot();
  if (thread == nullptr) {
    segment.count_and_say(Counter::thread_table_full);
    return nullptr;
  }
  const Moment moment = take_moment(caller);
  Writing writing(thread->version);
  thread->stack = moment.stack, thread->birth = moment.birth;
  thread->creator = thread->name = moment.thread;  // a thread starts with its creator's name
  thread->is_detached = is_detached;
  thread->start = reinterpret_cast<std::uint64_t>(start_routine);
  thread->argument = reinterpret_cast<std::uint64_t>(argument);
  thread->stack_low = stack_size, thread->stack_high = 0;
  return thread;
}

void thread_start_failed(ThreadRecord* thread) {
  Writing writing(thread->version);
  thread->state = ThreadState::free;
}

void thread_created(ThreadRecord* thread, std::uint64_t identity) {
  Writing writing(thread->version);
  if (thread->state == ThreadState::starting) set_identity(thread, identity);
}

void thread_enters(ThreadRecord* thread, std::uint64_t identity) {
  // The thread's descriptor lies at the top of its stack (glibc), everything between here and there
  // is readable. Of what lies below, three quarters of the asked-for size are surely ours.
  const auto here = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  Writing writing(thread->version);
  const std::uint64_t stack_size = thread->stack_low;
  const bool is_known = identity > here && identity - here < stack_size;
  thread->stack_high = is_known ? identity : 0;
  thread->stack_low = is_known ? here - (stack_size - (identity - here)) / 4 * 3 : 0;
  thread->tid = own_tid();
  thread->state = ThreadState::running;
  set_identity(thread, identity);
  this_thread.record = thread;
  this_thread.stack_low = thread->stack_low, this_thread.stack_high = thread->stack_high;
}

void thread_ends(ThreadRecord* thread) {
  // In a forked child the thread that went on is the main one, and its old record is free.
  if (!may_record(Event::release) || this_thread.record != thread) return;
  this_thread.name = thread->name;  // destructors of the thread may still allocate
  this_thread.record = nullptr;
  give_back_equipment();
  Writing writing(thread->version);
  thread->state = thread->is_detached ? ThreadState::free : ThreadState::ended;
}

ThreadTicket find_thread(std::uint64_t identity) {
  if (!may_record(Event::release)) return {};
  const std::uint32_t slots = slot_count();
  const std::uint32_t hint = hint_of(identity).load(std::memory_order_relaxed);
  if (hint < slots && is_live(table()[hint], identity)) return {&table()[hint], identity};
  // One that was joined a moment ago may still have its record, when another has its pthread_t.
  ThreadRecord* youngest = nullptr;
  for (std::uint32_t i = 0; i < slots; ++i) {
    ThreadRecord& record = table()[i];
    if (is_live(record, identity) && (youngest == nullptr || is_younger(record, *youngest)))
      youngest = &record;
  }
  return {youngest, youngest != nullptr ? identity : 0};
}

void thread_joined(const Caller& caller, const ThreadTicket& ticket) {
  if (ticket.thread == nullptr || !may_record(Event::release)) return;
  remember(caller, ticket);
  Writing writing(ticket.thread->version);
  // No other thread has had this slot meanwhile: until now it was not free.
  if (ticket.thread->identity == ticket.identity) ticket.thread->state = ThreadState::free;
}

void thread_detached(const Caller& caller, const ThreadTicket& ticket) {
  if (ticket.thread == nullptr || !may_record(Event::release)) return;
  remember(caller, ticket);
  Writing writing(ticket.thread->version);
  if (!is_live(*ticket.thread, ticket.identity)) return;
  ticket.thread->is_detached = 1;
  if (ticket.thread->state == ThreadState::ended) ticket.thread->state = ThreadState::free;
}

void thread_refused(const Caller& caller, std::uint64_t identity, const ThreadTicket& ticket) {
  if (!may_record_kind(Kind::thread)) return;
  given_back::Place before{};
  const bool is_known = given_back::find(Kind::thread, identity, &before);
  const ThreadRecord* thread = ticket.thread;
  if (thread != nullptr) {
    if (thread->is_detached == 0) return;  // another thread waits for it, or it is the caller
    // Its pthread_t may have been another thread's before.
    if (before.opened != thread->stack) before = {0, thread->stack};
  } else if (!is_known) {
    return;
  }
  misuses::record(MisuseKind::double_join, take_moment(caller),
                  {Kind::thread, identity, before.closed, before.opened});
}

void thread_named(std::uint64_t identity, const char* name) {
  if (!may_record(Event::release)) return;
  const NameId id = names::intern(name);
  ThreadRecord* thread = identity == 0 ? this_thread.record : find_thread(identity).thread;
  if (thread == nullptr) {
    if (identity == 0) this_thread.name = id;
    return;
  }
  Writing writing(thread->version);
  thread->name = id;
}

}  // namespace leakhook::ledger
