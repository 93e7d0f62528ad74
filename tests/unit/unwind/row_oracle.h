// SPDX-License-Identifier: Apache-2.0
// What does libdw say of the same unwind tables? The rows of unwind/cfi_program.h beside its.
#pragma once
#include <elfutils/libdw.h>

#include <string>

#include "../../../unwind/cfi_program.h"

namespace leakhook::unwind {

/// libdw's answer for one address.
class RowOracle {
 public:
  /// `pc`: as the file has it.
  RowOracle(Dwarf_CFI* tables, Dwarf_Addr pc);
  RowOracle(const RowOracle&) = delete;
  RowOracle& operator=(const RowOracle&) = delete;
  ~RowOracle();

  /// False: it found no row, or a broken one.
  bool is_known() const { return frame_ != nullptr; }
  /// The addresses for which the same row holds.
  Dwarf_Addr begin() const { return begin_; }
  Dwarf_Addr end() const { return end_; }

  /// Empty: it says the same. Else what is different. Requires: is_known().
  std::string difference(const Description& description, const Row& row) const;

 private:
  Dwarf_Frame* frame_ = nullptr;
  Dwarf_Addr begin_ = 0;
  Dwarf_Addr end_ = 0;
  int return_register_ = -1;
  bool is_signal_ = false;
};

}  // namespace leakhook::unwind
