// SPDX-License-Identifier: Apache-2.0
// Which kinds does a word of the user's speak of?
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "../../preload/contract/kinds.h"

namespace leakhook::verdict {

/// The kind of that label ("socket"), or all kinds of the profile of that name ("fd"). Empty:
/// neither.
std::vector<Kind> kinds_of(std::string_view name);

/// Every kind but heap.
std::vector<Kind> kinds_but_heap();

/// Labels of kinds and names of profiles, each once: "heap, mapping, fd, file …".
std::string all_kind_words();

}  // namespace leakhook::verdict
