// SPDX-License-Identifier: Apache-2.0
// May a server have the debug data? Opens debuginfod's client library where the machine has it.
#pragma once
#include <string>

namespace leakhook {

/// Path of the cached debug file; empty without DEBUGINFOD_URLS, without the client library or
/// when no server has it. May take as long as the network does.
std::string download_debug_file(const std::string& build_id_hex);

}  // namespace leakhook
