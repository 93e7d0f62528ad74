// SPDX-License-Identifier: Apache-2.0
// How a process gets its books.
#pragma once

namespace leakhook::life {

/// This process records, or did until it was switched off. False: inert, unborn or a vfork child.
bool is_alive();

/// As is_alive(), but a forked child that has had no event yet is born first.
bool come_alive();

/// A vfork child: what it writes here its parent will read.
bool is_in_anothers_memory();

/// It is alive, or a forked child that has had no event yet.
bool may_come_alive();

/// START, `leakhook on` and `leakhook off`.
void set_recording(bool is_on);

}  // namespace leakhook::life
