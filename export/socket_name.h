// SPDX-License-Identifier: Apache-2.0
// How is a socket address written for people? "1.2.3.4:80", "[::1]:80", "/run/x.sock", "@abstract".
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace leakhook {

/// From the bytes of a struct sockaddr, cut off or not. Empty: nothing to name.
std::string name_of_address(const void* bytes, std::size_t size);

/// From /proc/net/tcp and tcp6: "0100007F:0050". Empty for no address at all (listening sockets).
std::string name_of_hex_address(std::string_view text);

}  // namespace leakhook
