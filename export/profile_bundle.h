// SPDX-License-Identifier: Apache-2.0
// How do the profiles of one dump travel as one text, from the exporter to whoever wants no files?
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verdict/holding.h"

namespace leakhook {

/// For each profile a line "NAME SIZE" and so many bytes.
std::string bundle_of(const std::vector<verdict::ProfileFile>& profiles);

/// Nothing: no whole bundle, or a name that no profile has.
std::optional<std::vector<verdict::ProfileFile>> profiles_in(std::string_view bundle);

}  // namespace leakhook
