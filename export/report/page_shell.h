// SPDX-License-Identifier: Apache-2.0
// Where does the page of the HTML report come from? From page/, put together when leakhook is
// built.
#pragma once
#include <string_view>

namespace leakhook::report {

/// page/shell.html with style, script and their hashes in place, and marks left for what belongs to
/// a verdict: @TITLE@ @STATE@ @VERSION@ @SUMMARY@ @FILES@ @TEXT@ @MODEL@.
std::string_view page_shell();

}  // namespace leakhook::report
