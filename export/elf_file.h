// SPDX-License-Identifier: Apache-2.0
// Which file is this? An open ELF file, its identity and where its code lies.
#pragma once
#include <gelf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace leakhook {

class ElfFile {
 public:
  /// Null: no such file, not permitted, or no ELF file.
  static std::unique_ptr<ElfFile> open(const std::string& path);
  /// From a copy of bytes in memory.
  static std::unique_ptr<ElfFile> from_bytes(std::vector<char> bytes);
  /// The code that the kernel maps into every process; null when there is none.
  static std::unique_ptr<ElfFile> of_vdso();

  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile();

  Elf* elf() const { return elf_; }
  /// As given to open; empty for memory.
  const std::string& path() const { return path_; }
  /// Raw bytes, empty when the file has none.
  std::string build_id() const;
  /// Name and checksum of the separate debug file; an empty name: none.
  std::string debug_link(std::uint32_t* checksum) const;
  /// Of the whole file, as debug links use it.
  std::uint32_t checksum() const;
  /// The bytes of a section, empty when there is none.
  std::vector<char> section(const char* name) const;

  struct CodeSegment {
    std::uint64_t address;  ///< in the file's own address space, whole pages
    std::uint64_t size;
    std::uint64_t offset;
  };
  std::vector<CodeSegment> code_segments() const;

 private:
  ElfFile() = default;
  int fd_ = -1;
  Elf* elf_ = nullptr;
  std::vector<char> bytes_;
  std::string path_;
};

}  // namespace leakhook
