// SPDX-License-Identifier: Apache-2.0
// The slow way of may_record().
#include "attention.h"

#include <cerrno>

#include "../base/system.h"
#include "segment.h"

namespace leakhook::ledger {
namespace {
constinit Attention nobody_born{};
}  // namespace

constinit std::atomic<Attention*> attention{&nobody_born};
constinit std::atomic<bool> is_threaded{false};
thread_local constinit ThisThread this_thread{};

OwnWork::OwnWork() : errno_(errno) { ++this_thread.own_work; }
OwnWork::~OwnWork() {
  --this_thread.own_work;
  errno = errno_;
}

bool attend(Event event) {
  if (this_thread.own_work != 0) return false;
  if (this_thread.vforked != 0) {
    // A vfork child finds the mode as its parent left it, a forked one finds it wiped.
    const bool is_wiped =
        attention.load(std::memory_order_acquire)->mode.load(std::memory_order_relaxed) ==
        Attention::unborn;
    if (!is_wiped && segment.owner != static_cast<std::int32_t>(sys::getpid())) {
      if (event == Event::acquire) heap_has_strangers();  // the parent may free what we get here
      return false;
    }
    this_thread.vforked = 0;
  }
  OwnWork work;
  Attention* now = attention.load(std::memory_order_acquire);  // pairs with the release in life/
  if (now->mode.load(std::memory_order_relaxed) == Attention::unborn) {
    if (!from_life::be_born()) return false;
    now = attention.load(std::memory_order_acquire);
  }
  if (now->keepers_ended.load(std::memory_order_relaxed) != 0) from_life::reap_keepers();
  // A dormant library follows releases, so that nothing it knows becomes a false leak.
  const auto mode = now->mode.load(std::memory_order_relaxed);
  return mode == Attention::recording || (mode == Attention::dormant && event == Event::release);
}

}  // namespace leakhook::ledger
