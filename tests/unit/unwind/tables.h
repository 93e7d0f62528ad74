// SPDX-License-Identifier: Apache-2.0
// Unwind tables made by hand: a header, one CIE and one FDE in memory of our own.
#pragma once
#include <cstring>
#include <string>
#include <vector>

#include "../../../unwind/eh_frame.h"

namespace leakhook::unwind {

using Code = std::vector<std::uint8_t>;

/// The code addresses that the tables describe need not exist.
class Tables {
 public:
  Address begin = 0x500000;
  std::uint32_t size = 0x100;
  std::string augmentation = "zR";
  std::uint8_t return_register = 16;
  Code shared = {0x0c, 7, 8, 0x90, 1};  // of x86-64: def_cfa rsp+8; offset ra at cfa-8
  Code program;
  bool has_search_table = true;

  /// Builds the bytes; they stay where they are as long as this lives.
  void build() {
    bytes_.assign(4096, 0);
    at_ = 64;  // the header comes last, once places are known
    const std::size_t cie = at_;
    put<std::uint32_t>(0);
    put<std::uint32_t>(0);
    put<std::uint8_t>(1);
    for (const char c : augmentation) put<char>(c);
    put<char>(0);
    append({1, 0x78, return_register});  // code factor 1, data factor -8
    append({1, 0x00});      // augmentation: absolute pointers
    append(shared);
    close(cie);
    const std::size_t fde = at_;
    put<std::uint32_t>(0);
    put<std::uint32_t>(static_cast<std::uint32_t>(at_ - cie));
    put<std::uint64_t>(begin);
    put<std::uint64_t>(size);
    put<std::uint8_t>(0);
    append(program);
    close(fde);
    put<std::uint32_t>(0);
    write_header(cie, fde);
  }

  Extent extent() const { return {address(), address() + bytes_.size()}; }
  Address header() const { return address(); }
  std::uint8_t* bytes() { return bytes_.data(); }
  std::size_t used() const { return at_; }

  bool find(Address pc, Description* out) const {
    return find_description_in(extent(), header(), pc, out);
  }

 private:
  Address address() const { return reinterpret_cast<Address>(bytes_.data()); }

  template <typename Number>
  void put(Number number) {
    std::memcpy(bytes_.data() + at_, &number, sizeof number);
    at_ += sizeof number;
  }
  void append(const Code& code) {
    for (const std::uint8_t byte : code) put(byte);
  }
  void close(std::size_t entry) {
    while (at_ % 8 != 4) put<std::uint8_t>(0);
    const auto length = static_cast<std::uint32_t>(at_ - entry - 4);
    std::memcpy(bytes_.data() + entry, &length, sizeof length);
  }
  void write_header(std::size_t cie, std::size_t fde) {
    const std::size_t end = at_;
    at_ = 0;
    append({1, 0x04, static_cast<std::uint8_t>(has_search_table ? 0x04 : 0xff),
            static_cast<std::uint8_t>(has_search_table ? 0x04 : 0xff)});
    put<std::uint64_t>(address() + cie);
    put<std::uint64_t>(1);
    put<std::uint64_t>(begin);
    put<std::uint64_t>(address() + fde);
    at_ = end;
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

}  // namespace leakhook::unwind
