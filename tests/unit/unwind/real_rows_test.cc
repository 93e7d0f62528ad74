// SPDX-License-Identifier: Apache-2.0
// Do we read real tables as libdw does? Every row of every function of some large libraries.
#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <gtest/gtest.h>
#include <link.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "../../../unwind/eh_frame.h"
#include "row_oracle.h"

namespace leakhook::unwind {
namespace {

/// A file read into memory, which stands there as if its first read-only segment were loaded.
class TableFile {
 public:
  explicit TableFile(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    bytes_ = text.str();
    elf_version(EV_CURRENT);
    elf_ = elf_memory(bytes_.data(), bytes_.size());
    if (elf_ != nullptr) tables_ = dwarf_getcfi_elf(elf_);
    std::size_t parts = 0;
    if (elf_ == nullptr || elf_getphdrnum(elf_, &parts) != 0) return;
    for (std::size_t i = 0; i < parts; ++i) {
      GElf_Phdr part;
      if (gelf_getphdr(elf_, static_cast<int>(i), &part) == nullptr) continue;
      if (part.p_type != PT_GNU_EH_FRAME) continue;
      header_ = begin() + part.p_offset;
      bias_ = header_ - part.p_vaddr;
    }
  }
  TableFile(const TableFile&) = delete;
  ~TableFile() {
    if (tables_ != nullptr) dwarf_cfi_end(tables_);
    if (elf_ != nullptr) elf_end(elf_);
  }

  Dwarf_CFI* tables() const { return tables_; }
  Address header() const { return header_; }
  /// In memory: address in the file + bias.
  Address bias() const { return bias_; }
  Extent extent() const { return {begin(), begin() + bytes_.size()}; }

 private:
  Address begin() const { return reinterpret_cast<Address>(bytes_.data()); }

  std::string bytes_;
  Elf* elf_ = nullptr;
  Dwarf_CFI* tables_ = nullptr;
  Address header_ = 0;
  Address bias_ = 0;
};

struct Compared {
  int functions = 0;
  int rows = 0;
  int unlike = 0;
  std::string first;  ///< difference
};

/// Where functions begin, by the table of the header as all linkers write it.
std::vector<Address> functions_of(const TableFile& file) {
  Bytes header(file.header(), file.extent().high);
  EXPECT_EQ(header.next<std::uint32_t>(), 0x3b031b01u) << "version 1, the usual encodings";
  header.skip(4);
  std::vector<Address> functions(header.next<std::uint32_t>());
  for (Address& function : functions) {
    function = file.header() + static_cast<Address>(std::int64_t{header.next<std::int32_t>()});
    header.skip(4);
  }
  EXPECT_FALSE(header.is_broken());
  return functions;
}

Compared compare(const std::string& path) {
  const TableFile file(path);
  Compared result;
  if (file.tables() == nullptr || file.header() == 0) return result;
  for (const Address function : functions_of(file)) {
    Description description;
    if (!find_description_in(file.extent(), file.header(), function, &description)) continue;
    ++result.functions;
    for (Address pc = description.begin; pc < description.end;) {
      const RowOracle oracle(file.tables(), pc - file.bias());
      Row row;
      const bool is_known = row_at(description, pc, &row);
      std::string unlike;
      if (is_known != oracle.is_known())
        unlike = is_known ? "libdw has no row" : "we have no row";
      else if (is_known)
        unlike = oracle.difference(description, row);
      ++result.rows;
      if (!unlike.empty() && result.unlike++ == 0)
        result.first = path + " at " + std::to_string(pc - file.bias()) + ": " + unlike;
      // The row's last address, too: where it ends is what programs get wrong first.
      const Address end = oracle.is_known() ? oracle.end() + file.bias() : description.end;
      pc = pc + 1 < end ? end - 1 : end;
    }
  }
  return result;
}

/// The files of this process, and others that are installed here.
std::vector<std::string> libraries() {
  std::vector<std::string> paths;
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* out) {
        if (object->dlpi_name[0] == '/')
          static_cast<std::vector<std::string>*>(out)->push_back(object->dlpi_name);
        return 0;
      },
      &paths);
  for (const char* more : {"libcrypto.so.3", "libpython3.11.so.1.0", "libLLVM-14.so.1"}) {
    const std::string path = std::string("/usr/lib/x86_64-linux-gnu/") + more;
    if (std::filesystem::exists(path)) paths.push_back(path);
  }
  return paths;
}

TEST(RealRows, AreReadAsLibdwReadsThem) {
  int functions = 0;
  int rows = 0;
  for (const std::string& path : libraries()) {
    const Compared compared = compare(path);
    EXPECT_EQ(compared.unlike, 0) << compared.first;
    functions += compared.functions;
    rows += compared.rows;
    RecordProperty(std::filesystem::path(path).filename().string(), compared.rows);
    std::printf("%s: %d functions, %d rows\n", path.c_str(), compared.functions, compared.rows);
  }
  EXPECT_GT(functions, 5000);
  EXPECT_GT(rows, 20000);
}

}  // namespace
}  // namespace leakhook::unwind
