// SPDX-License-Identifier: Apache-2.0
// A program that puts itself under a seccomp filter: may it still be dumped?
//
// A filter is inherited by the keeper and the exporter and may answer with death. So it is asked,
// before it holds, about each system call that a dump needs; if one would kill, there are no dumps
// any more: said once, while it may be said. What is recorded stays in LEAKHOOK_DIR.
#pragma once

struct sock_fprog;

namespace leakhook::life {

/// The program is about to install this filter. Null: strict mode (read, write, exit only).
void sandbox_begins(const sock_fprog* filter);

/// May a dump be tried? No system call.
bool may_dump();

}  // namespace leakhook::life
