// SPDX-License-Identifier: Apache-2.0
// Where does libleakhook.so stand, and where do we? By our own place, never through PATH.
#pragma once
#include <string>
#include <vector>

namespace leakhook {

/// Absolute path of this command; empty: the kernel does not tell.
std::string own_path();

/// The library that belongs to this command: beside it, where an installation puts it, or in the
/// build tree. Empty when there is none.
std::string library_path();

/// Where library_path() looked, for people.
std::string library_places();

}  // namespace leakhook
