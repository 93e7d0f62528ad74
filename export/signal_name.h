// SPDX-License-Identifier: Apache-2.0
// Which signal does LEAKHOOK_SIGNAL mean? The same words as in the service.
#pragma once
#include <optional>
#include <string_view>

namespace leakhook {

/// "USR2", "SIGUSR1", "RTMIN+3", "RTMAX-1", "12"; 0 for "none"; nothing for other texts.
std::optional<int> signal_of_name(std::string_view name);

}  // namespace leakhook
