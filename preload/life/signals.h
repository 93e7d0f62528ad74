// SPDX-License-Identifier: Apache-2.0
// Which signals are ours: the dump signal, and those that would end the process.
#pragma once

namespace leakhook::life {

/// Installs our handlers where the program has default actions. Once, at birth.
void install_signals();

}  // namespace leakhook::life
