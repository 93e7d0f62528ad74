// SPDX-License-Identifier: Apache-2.0
// How is something said on stderr?
#pragma once
#include <string>

namespace leakhook {

/// One line, in which no name that somebody else chose commands the terminal.
void say(const std::string& line);

/// Whether such a line goes at once. False: a pipe that nobody reads is full.
bool can_say();

}  // namespace leakhook
