// SPDX-License-Identifier: Apache-2.0
// Which moments are searched? Scenarios over the real tables of preload/, a file for each sort.
#pragma once
#include <vector>

#include "../../preload/ledger/segment.h"
#include "explorer.h"

namespace leakhook::models {

/// Makes the segment of all scenarios, once.
void prepare_books();

std::vector<explore::Scenario> live_table_scenarios();
std::vector<explore::Scenario> record_scenarios();
std::vector<explore::Scenario> list_scenarios();

/// As life/stream.cc copies them for a dump.
void copy_as_keeper(const LiveRecord& record, LiveRecord* to);
void copy_as_keeper(const ResourceRecord& record, ResourceRecord* to);

/// Losses that the books counted in this order.
std::uint64_t losses(Counter counter);

}  // namespace leakhook::models
