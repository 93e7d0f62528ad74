// SPDX-License-Identifier: Apache-2.0
// Which descriptors of the service stay open in a process of ours?
#pragma once

namespace leakhook::life {

/// Only 0, 1 and 2 stay, whatever the service had there: a socket that it closes must not live on
/// in us, and nothing of ours may be written to what is not stderr.
/// Descriptors of epoll stay where a picture is wanted: what is registered there is a root, and
/// they hold nothing open.
void keep_few_descriptors(bool wants_picture);

}  // namespace leakhook::life
