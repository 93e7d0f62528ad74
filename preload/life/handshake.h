// SPDX-License-Identifier: Apache-2.0
// How does `leakhook dump` know that this process takes requests, and by which signals? A mapping
// shows them in /proc/PID/maps: contract/request.h's kHandshake. Nobody looks into its page.
#pragma once

namespace leakhook::life {

/// `keeper_end`: the second signal that carries requests; 0: there is none.
void show_handshake(int keeper_end);
bool is_handshake_shown();

/// This process takes no dump signal any more, and must not be sent one.
void hide_handshake();

}  // namespace leakhook::life
