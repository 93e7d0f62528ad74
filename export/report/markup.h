// SPDX-License-Identifier: Apache-2.0
// How does a text stand in HTML?
#pragma once
#include <string>
#include <string_view>

namespace leakhook::report {

/// For element contents and quoted attributes: & < > " ' become entities.
std::string markup_text(std::string_view text);

}  // namespace leakhook::report
