// SPDX-License-Identifier: Apache-2.0
// The settings of contract/settings.def as typed values.
#pragma once
#include <cstdint>

#include "../contract/kinds.h"
#include "../contract/layout.h"
#include "../contract/request.h"

namespace leakhook {

enum class Children : std::uint8_t { all, exec, none };
enum class ReachWhen : std::uint8_t { off, exit, all };

// The C++ type behind each type word of settings.def.
namespace setting {
struct Text {
  char value[512];
};
using Flag = bool;
using Level = std::uint32_t;
using Bytes = std::uint64_t;
struct Duration {
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  std::uint64_t nanoseconds;
};
struct Signal {
  int number;  ///< 0 = none
};
struct Kinds {
  KindSet set;
};
using Children = leakhook::Children;
using Allocator = leakhook::Allocator;
using Reach = ReachWhen;
struct Labels {
  std::uint8_t set;  ///< LabelSet
};
}  // namespace setting

struct Settings {
#define SETTING(NAME, type, fallback, meaning) setting::type NAME;
#include "../contract/settings.def"
};

/// Reads LEAKHOOK_* from `environment` (NULL-terminated, may be null). A bad value or an unknown
/// name earns one line through `complain` and the default is used.
/// Never allocates. Requires: nothing; usable before libc is ready.
void read_settings(const char* const* environment, Settings* out,
                   void (*complain)(const char* line));

/// The table that LEAKHOOK_HELP=1 prints, a row at a time.
void print_settings(void (*print)(const char* line));

/// "USR2", "SIGUSR2", "RTMIN+3", "12", "none" → number, 0 for none. False: not a signal.
bool parse_signal(const char* text, int* number);

}  // namespace leakhook
