// SPDX-License-Identifier: Apache-2.0
// Addresses as people write them, from both sources.
#include "../../../export/socket_name.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include <cstring>

namespace leakhook {
namespace {

TEST(SocketName, InternetAddresses) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(5432);
  inet_pton(AF_INET, "10.1.2.3", &v4.sin_addr);
  EXPECT_EQ(name_of_address(&v4, sizeof v4), "10.1.2.3:5432");
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(80);
  inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
  EXPECT_EQ(name_of_address(&v6, sizeof v6), "[2001:db8::1]:80");
  inet_pton(AF_INET6, "::ffff:10.1.2.3", &v6.sin6_addr);
  EXPECT_EQ(name_of_address(&v6, sizeof v6), "10.1.2.3:80");
}

TEST(SocketName, UnixAddresses) {
  sockaddr_un unix_address{};
  unix_address.sun_family = AF_UNIX;
  std::strcpy(unix_address.sun_path, "/run/db.sock");
  EXPECT_EQ(name_of_address(&unix_address, sizeof unix_address), "/run/db.sock");
  EXPECT_EQ(name_of_address(&unix_address, 2), "");
  std::memcpy(unix_address.sun_path, "\0abstract", 9);
  EXPECT_EQ(name_of_address(&unix_address, 2 + 9), "@abstract");
}

TEST(SocketName, NothingFromTooFewBytes) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  EXPECT_EQ(name_of_address(&v4, 0), "");
  EXPECT_EQ(name_of_address(&v4, 1), "");
  EXPECT_EQ(name_of_address(&v4, 7), "");
}

TEST(SocketName, KernelTables) {
  EXPECT_EQ(name_of_hex_address("0100007F:0050"), "127.0.0.1:80");
  EXPECT_EQ(name_of_hex_address("00000000000000000000000001000000:1F90"), "[::1]:8080");
  EXPECT_EQ(name_of_hex_address("00000000:0000"), "");
  EXPECT_EQ(name_of_hex_address("zz00007F:0050"), "");
  EXPECT_EQ(name_of_hex_address(""), "");
}

}  // namespace
}  // namespace leakhook
