// SPDX-License-Identifier: Apache-2.0
// How is a socket address written for people?
#include "socket_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "presentable.h"

namespace leakhook {
namespace {

std::string internet_name(int family, const void* address, std::uint16_t port) {
  char text[INET6_ADDRSTRLEN];
  if (!inet_ntop(family, address, text, sizeof text)) return {};
  const std::string host = family == AF_INET6 ? "[" + std::string(text) + "]" : text;
  return host + ":" + std::to_string(port);
}

std::string v6_name(const in6_addr& address, std::uint16_t port) {
  // A v4 client of a socket that speaks both is better known by its v4 address.
  if (IN6_IS_ADDR_V4MAPPED(&address))
    return internet_name(AF_INET, reinterpret_cast<const char*>(&address) + 12, port);
  return internet_name(AF_INET6, &address, port);
}

std::string unix_name(std::string_view path) {
  if (path.empty()) return {};
  if (path[0] == '\0') return "@" + presentable(path.substr(1));
  return presentable(path.substr(0, path.find('\0')));
}

}  // namespace

std::string name_of_address(const void* bytes, std::size_t size) {
  sockaddr_storage storage{};
  size = std::min(size, sizeof storage);
  if (size < sizeof(sa_family_t)) return {};
  std::memcpy(&storage, bytes, size);
  if (storage.ss_family == AF_INET && size >= sizeof(sockaddr_in)) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    return internet_name(AF_INET, &v4.sin_addr, ntohs(v4.sin_port));
  }
  if (storage.ss_family == AF_INET6 && size >= offsetof(sockaddr_in6, sin6_scope_id)) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    return v6_name(v6.sin6_addr, ntohs(v6.sin6_port));
  }
  if (storage.ss_family == AF_UNIX) {
    constexpr std::size_t kPath = offsetof(sockaddr_un, sun_path);
    return unix_name({static_cast<const char*>(bytes) + kPath, size - kPath});
  }
  return {};
}

std::string name_of_hex_address(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != 8 && colon != 32) return {};
  std::uint32_t words[4] = {};
  for (std::size_t i = 0; i < colon / 8; ++i) {
    const char* begin = text.data() + 8 * i;
    if (std::from_chars(begin, begin + 8, words[i], 16).ptr != begin + 8) return {};
  }
  std::uint16_t port = 0;
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), port, 16);
  if (port == 0 && std::all_of(words, words + 4, [](auto word) { return word == 0; })) return {};
  if (colon == 8) return internet_name(AF_INET, words, port);
  in6_addr address;
  std::memcpy(&address, words, sizeof address);
  return v6_name(address, port);
}

}  // namespace leakhook
