// SPDX-License-Identifier: Apache-2.0
// What do the words of --fail-on, --allow and sizes mean?
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy.h"

namespace leakhook::verdict {

/// What is asked for when the command line says nothing.
FailOn default_fail_on();

/// Default --fail-on and the built-in suppressions; everything else is off.
Policy default_policy();

// Each of these returns an empty string, or one line for people that says what was expected; then
// its target stays as it was.

/// A comma list of kinds, profiles, words, "open", "misuse", "default", "all", "none": the whole
/// value of --fail-on, which replaces the default.
std::string parse_fail_on(std::string_view text, FailOn* fail_on);

/// 'KIND<=NUMBER', 'KIND.bytes<=SIZE'; several may stand in one text, with commas. Adds.
std::string parse_allow(std::string_view text, std::vector<Allowance>* allowances);

/// --min-bytes: "512", "1KiB".
std::string parse_min_bytes(std::string_view text, std::int64_t* bytes);

/// --loop: a number from 1.
std::string parse_loop(std::string_view text, std::int64_t* iterations);

/// "4096", "64KiB", "1.5 MiB", "2G"; null: no size, or more than 2^62 bytes.
std::optional<std::int64_t> size_of(std::string_view text);

}  // namespace leakhook::verdict
