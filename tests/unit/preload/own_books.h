// SPDX-License-Identifier: Apache-2.0
// Books of a test's own: every table in a fresh segment of this process, as life/ makes them.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "../../../preload/ledger/attention.h"
#include "../../../preload/ledger/ledger.h"
#include "../../../preload/ledger/segment.h"
#include "../sanitized.h"

namespace leakhook::testing {

inline constexpr std::uint64_t kMiB = 1 << 20;

/// Makes the segment, the main thread's record and the page of attention; takes them away again.
/// The calling thread is the main thread of the books.
class OwnBooks {
 public:
  /// `folder` as LEAKHOOK_DIR; empty: private memory.
  explicit OwnBooks(std::uint64_t memory = 64 * kMiB, const std::string& folder = "");
  ~OwnBooks();
  OwnBooks(const OwnBooks&) = delete;

  std::uint64_t counter(Counter counter) const;
  /// All counters that are not 0, as "name value" each; empty: nothing was lost.
  std::string losses() const;
  ledger::Attention& attention() { return attention_; }

 private:
  ledger::Attention attention_{};
};

/// The frame of a hook that was called from `pc`, by a function with neither stack nor callers.
class FrameCalledFrom {
 public:
  explicit FrameCalledFrom(unwind::Address pc) : words_{0, pc} {}
  operator ledger::HookFrame() const { return {words_}; }

 private:
  unwind::Address words_[2];
};

/// What the hook of free() does before the real call.
inline void released_block(const void* address) {
  if (!ledger::sample_filter.has_surely_not(address)) (void)ledger::withdraw_block(address);
}

/// What the ledger asked of life/ since the start of the program, and what it is told.
struct AskedOfLife {
  int births = 0;
  int reaps = 0;
  std::function<bool()> be_born;  ///< empty: the answer is false
};
AskedOfLife& asked_of_life();

/// Runs `body` in a forked child. 0: it returned true; 1: false; else its wait status.
int in_child(const std::function<bool()>& body);

/// The file's text, up to 1 MiB.
std::string text_of(const std::string& path);

}  // namespace leakhook::testing
