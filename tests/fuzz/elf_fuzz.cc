// SPDX-License-Identifier: Apache-2.0
// Which file harms those who look into programs and libraries? Its identity, its symbols, the code
// that returns suppressions. An input is the file.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "../../export/elf_symbols.h"
#include "../../export/verdict/embedded_suppressions.h"
#include "fuzz.h"

using namespace leakhook;
using fuzz::require;

namespace {

void look_at(const ElfFile& file) {
  require(file.build_id().size() <= 4096, "a build id lies in the file");
  std::uint32_t checksum = 0;
  file.debug_link(&checksum);
  file.checksum();
  unpack_xz(file.section(".gnu_debugdata"));
  std::vector<std::uint64_t> wanted;
  for (const ElfFile::CodeSegment& segment : file.code_segments()) {
    require(segment.size > 0 && segment.address % 4096 == 0, "code lies in whole pages");
    wanted.push_back(segment.address);
  }
  for (std::uint64_t address = 0; address < 0x2000; address += 0x11) wanted.push_back(address);
  std::sort(wanted.begin(), wanted.end());
  SymbolNames names(wanted);
  names.add(file);
  for (std::size_t i = 0; i < wanted.size(); ++i) names.name(i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto* begin = reinterpret_cast<const char*>(bytes);
  if (const auto file = ElfFile::from_bytes({begin, begin + size})) look_at(*file);
  // The other way in: a path, mapped by libelf.
  const int fd = memfd_create("program", MFD_CLOEXEC);
  require(write(fd, bytes, size) == static_cast<ssize_t>(size), "a file can be written");
  std::vector<verdict::Suppression> rules;
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const std::string remark = verdict::add_embedded_suppressions(path, "", &rules);
  require(remark.empty() || rules.empty(), "a remark, or rules");
  close(fd);
  return 0;
}
