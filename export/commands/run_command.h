// SPDX-License-Identifier: Apache-2.0
// `leakhook run`: starts a program with the library, waits, judges what it leaves.
#pragma once
#include <string>
#include <vector>

#include "command_line.h"

namespace leakhook {

/// Behind "--" of `leakhook run` stands the command line of another program, and a parser would
/// change it (it calls "[a,b]" a list). Takes it out of ours; `argc` becomes smaller.
std::vector<std::string> take_program(int* argc, char** argv);

/// `program`: from take_program().
void add_run_command(CommandLine& line, std::vector<std::string> program);

}  // namespace leakhook
