// SPDX-License-Identifier: Apache-2.0
// The smallest ELF file with unwind tables: one function with one CIE and one FDE, whose programs
// are any bytes. Addresses of code are absolute; the header that leads to the tables is for us
// alone.
#pragma once
#include <elf.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace leakhook::fuzz {

struct TableProgram {
  std::uint64_t code;
  std::uint32_t code_size;
  std::uint8_t code_factor;  ///< below 128
  std::int8_t data_factor;   ///< −64 to 63
  bool is_signal_frame;
  std::string shared;    ///< instructions of the CIE
  std::string_view own;  ///< of the FDE
};

class TableFile {
 public:
  explicit TableFile(const TableProgram& program) {
    bytes_.assign(sizeof(Elf64_Ehdr), '\0');
    header_ = bytes_.size();
    put<std::uint32_t>(0xffff0401);  // version 1, an absolute address, no table to search
    address_ = bytes_.size();
    put<std::uint64_t>(0);
    put<std::uint32_t>(0);
    frames_ = bytes_.size();
    put_entries(program);
    const std::size_t end = bytes_.size();
    put_sections(end);
    const std::uint64_t place = begin() + frames_;
    std::memcpy(&bytes_[address_], &place, sizeof place);
  }
  TableFile(const TableFile&) = delete;

  const std::string& bytes() const { return bytes_; }
  std::uint64_t begin() const { return reinterpret_cast<std::uint64_t>(bytes_.data()); }
  std::uint64_t end() const { return begin() + bytes_.size(); }
  /// What PT_GNU_EH_FRAME would name.
  std::uint64_t header() const { return begin() + header_; }

 private:
  template <typename Number>
  void put(Number number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }

  void put_entries(const TableProgram& program) {
    const std::size_t cie = bytes_.size();
    put<std::uint64_t>(0);  // length and identity
    put<std::uint8_t>(1);
    bytes_.append(program.is_signal_frame ? "zRS" : "zR").push_back('\0');
    put<std::uint8_t>(program.code_factor);
    put<std::uint8_t>(program.data_factor & 0x7f);
    put<std::uint8_t>(16);       // where the return address is
    put<std::uint16_t>(0x0001);  // pointers are absolute
    bytes_.append(program.shared);
    close(cie);
    const std::size_t fde = bytes_.size();
    put<std::uint32_t>(0);
    put<std::uint32_t>(static_cast<std::uint32_t>(fde + 4 - cie));
    put<std::uint64_t>(program.code);
    put<std::uint64_t>(program.code_size);
    put<std::uint8_t>(0);
    bytes_.append(program.own);
    close(fde);
    put<std::uint32_t>(0);
  }

  void close(std::size_t entry) {
    while (bytes_.size() % 8 != 0) bytes_.push_back('\0');
    const auto length = static_cast<std::uint32_t>(bytes_.size() - entry - 4);
    std::memcpy(&bytes_[entry], &length, sizeof length);
  }

  void put_sections(std::size_t end_of_frames) {
    constexpr std::string_view kNames("\0.eh_frame\0.shstrtab\0", 21);
    const std::size_t names = bytes_.size();
    bytes_.append(kNames);
    while (bytes_.size() % 8 != 0) bytes_.push_back('\0');
    Elf64_Ehdr elf{};
    std::memcpy(elf.e_ident, ELFMAG, SELFMAG);
    elf.e_ident[EI_CLASS] = ELFCLASS64;
    elf.e_ident[EI_DATA] = ELFDATA2LSB;
    elf.e_ident[EI_VERSION] = EV_CURRENT;
    elf.e_type = ET_EXEC;
    elf.e_machine = EM_X86_64;
    elf.e_version = EV_CURRENT;
    elf.e_ehsize = sizeof elf;
    elf.e_shoff = bytes_.size();
    elf.e_shentsize = sizeof(Elf64_Shdr);
    elf.e_shnum = 3;
    elf.e_shstrndx = 2;
    std::memcpy(bytes_.data(), &elf, sizeof elf);
    Elf64_Shdr sections[3] = {};
    sections[1] = {1, SHT_PROGBITS, SHF_ALLOC, 0x600000, frames_, end_of_frames - frames_, 0, 0, 8,
                   0};
    sections[2] = {11, SHT_STRTAB, 0, 0, names, kNames.size(), 0, 0, 1, 0};
    for (const Elf64_Shdr& section : sections) put(section);
  }

  std::string bytes_;
  std::size_t header_ = 0;
  std::size_t address_ = 0;
  std::size_t frames_ = 0;
};

}  // namespace leakhook::fuzz
