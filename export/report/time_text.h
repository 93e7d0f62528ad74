// SPDX-License-Identifier: Apache-2.0
// When was a dump taken, as XML and JSON write it?
#pragma once
#include <cstdint>
#include <string>

namespace leakhook::report {

/// "2024-01-31T12:00:00", UTC without a zone.
std::string utc_text(std::int64_t time_ns);

}  // namespace leakhook::report
