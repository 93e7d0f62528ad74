// SPDX-License-Identifier: Apache-2.0
// Which function symbol covers each address? One pass over each symbol table.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "elf_file.h"

namespace leakhook {

/// Collects the best name for each of some sorted addresses from any number of symbol tables.
class SymbolNames {
 public:
  /// Requires: `sorted` is in ascending order and outlives this object.
  explicit SymbolNames(std::span<const std::uint64_t> sorted)
      : sorted_(sorted), found_(sorted.size()) {}

  /// .symtab, .dynsym and the compressed table of .gnu_debugdata.
  void add(const ElfFile& file);

  /// Mangled, empty when no symbol covers the address.
  const std::string& name(std::size_t index) const { return found_[index].name; }

 private:
  struct Found {
    std::string name;
    int rank = 0;                ///< 0: none; higher is better
    std::uint64_t distance = 0;  ///< from the symbol's start
  };
  struct Table;

  void add_tables(Elf* elf);
  void add_symbol(const Table& table, int index);
  void offer(std::size_t index, const char* name, int rank, std::uint64_t distance);

  std::span<const std::uint64_t> sorted_;
  std::vector<Found> found_;
};

/// Unpacks .xz bytes as .gnu_debugdata holds them; empty when they are damaged or absurdly large.
std::vector<char> unpack_xz(const std::vector<char>& packed);

}  // namespace leakhook
