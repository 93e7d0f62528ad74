// SPDX-License-Identifier: Apache-2.0
// The kinds and profiles of kinds.def as numbers. They stand in the segment: append, never reorder.
#pragma once
#include <cstdint>

namespace leakhook {

enum class Kind : std::uint8_t {
  none,
#define KIND(name, profile, label, text) name,
#include "kinds.def"
  count
};

enum class Profile : std::uint8_t {
#define PROFILE(name, presence, text) name,
#include "kinds.def"
  count
};

enum class Presence : std::uint8_t { always, when_used };

struct KindRow {
  Kind kind;
  Profile profile;
  const char* label;
  const char* text;
};

struct ProfileRow {
  Profile profile;
  const char* name;
  Presence presence;
  const char* text;
};

inline constexpr KindRow kKindRows[] = {
#define KIND(name, profile, label, text) {Kind::name, Profile::profile, label, text},
#include "kinds.def"
};

inline constexpr ProfileRow kProfileRows[] = {
#define PROFILE(name, presence, text) {Profile::name, #name, Presence::presence, text},
#include "kinds.def"
};

/// The row of a kind. Requires: kind is neither none nor count.
constexpr const KindRow& row_of(Kind kind) { return kKindRows[static_cast<int>(kind) - 1]; }

/// A set of kinds, one bit each.
using KindSet = std::uint32_t;
constexpr KindSet bit_of(Kind kind) { return KindSet{1} << static_cast<int>(kind); }
inline constexpr KindSet kAllKinds = (KindSet{1} << static_cast<int>(Kind::count)) - 2;
static_assert(static_cast<int>(Kind::count) <= 32);

/// All kinds of one profile.
constexpr KindSet kinds_of(Profile profile) {
  KindSet kinds = 0;
  for (const KindRow& row : kKindRows)
    if (row.profile == profile) kinds |= bit_of(row.kind);
  return kinds;
}

}  // namespace leakhook
