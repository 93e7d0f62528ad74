// SPDX-License-Identifier: Apache-2.0
// Which unwind program do we read otherwise than libdw? An input is the factors of a CIE, its
// program and the program of one FDE; both of us read the same small file.
#include <gelf.h>

#include <algorithm>

#include "../../unwind/compile.h"
#include "../../unwind/eh_frame.h"
#include "../unit/unwind/row_oracle.h"
#include "fuzz.h"
#include "table_file.h"

using namespace leakhook;
using namespace leakhook::unwind;
using fuzz::require;

namespace {

constexpr Address kCode = 0x500000;
constexpr std::uint32_t kCodeSize = 0x200;

fuzz::TableProgram program_of(fuzz::Input in) {
  fuzz::TableProgram program;
  program.code = kCode;
  program.code_size = kCodeSize;
  program.code_factor = in.next<std::uint8_t>() % 8 + 1;
  program.data_factor = static_cast<std::int8_t>(in.next<std::uint8_t>() % 128 - 64);
  program.is_signal_frame = in.next<std::uint8_t>() == 'S';
  program.shared = in.text();
  program.own = in.rest();
  return program;
}

/// Registers of large numbers cost libdw a table as large, and numbers of more than 64 bits
/// everybody reads in a way of his own: no input has numbers of more than two bytes.
bool has_large_number(const std::uint8_t* bytes, std::size_t size) {
  for (std::size_t i = 1; i < size; ++i)
    if (bytes[i - 1] >= 0x80 && bytes[i] >= 0x80) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (has_large_number(bytes, size)) return 0;
  const fuzz::TableFile file(program_of(fuzz::Input(bytes, size)));
  Elf* elf = elf_memory(const_cast<char*>(file.bytes().data()), file.bytes().size());
  require(elf != nullptr, "the file is one");
  Dwarf_CFI* tables = dwarf_getcfi_elf(elf);
  require(tables != nullptr, "the file has tables");
  const Extent extent{file.begin(), file.end()};
  for (Address pc = kCode; pc < kCode + kCodeSize;) {
    Description description;
    Row row;
    require(find_description_in(extent, file.header(), pc, &description), "the entry is found");
    const bool is_known = row_at(description, pc, &row);
    if (is_known) compile_row(description, row, pc);
    const RowOracle oracle(tables, pc);
    if (!oracle.is_known()) break;
    if (is_known) {
      const std::string difference = oracle.difference(description, row);
      if (!difference.empty()) std::fprintf(stderr, "%s\n", difference.c_str());
      require(difference.empty(), "we read it as libdw does");
    }
    pc = std::max(pc + 1, oracle.end());
  }
  dwarf_cfi_end(tables);
  elf_end(elf);
  return 0;
}
