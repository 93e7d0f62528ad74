// SPDX-License-Identifier: Apache-2.0
// Which file is this?
#include "elf_file.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cstring>

namespace leakhook {
namespace {

constexpr std::uint64_t kPage = 4096;

}  // namespace

std::unique_ptr<ElfFile> ElfFile::open(const std::string& path) {
  elf_version(EV_CURRENT);
  std::unique_ptr<ElfFile> file(new ElfFile);
  // A path from a segment may name a pipe or a device: never wait for one.
  file->fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file->fd_ < 0) return nullptr;
  struct stat status {};
  if (fstat(file->fd_, &status) != 0 || !S_ISREG(status.st_mode)) return nullptr;
  file->elf_ = elf_begin(file->fd_, ELF_C_READ_MMAP, nullptr);
  if (!file->elf_ || elf_kind(file->elf_) != ELF_K_ELF) return nullptr;
  file->path_ = path;
  return file;
}

std::unique_ptr<ElfFile> ElfFile::from_bytes(std::vector<char> bytes) {
  elf_version(EV_CURRENT);
  std::unique_ptr<ElfFile> file(new ElfFile);
  file->bytes_ = std::move(bytes);
  if (file->bytes_.empty()) return nullptr;
  file->elf_ = elf_memory(file->bytes_.data(), file->bytes_.size());
  if (!file->elf_ || elf_kind(file->elf_) != ELF_K_ELF) return nullptr;
  return file;
}

std::unique_ptr<ElfFile> ElfFile::of_vdso() {
  const auto* start = reinterpret_cast<const char*>(getauxval(AT_SYSINFO_EHDR));
  if (!start) return nullptr;
  Elf64_Ehdr header;
  std::memcpy(&header, start, sizeof header);
  // Its section table is the last thing in it.
  const std::uint64_t size = header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (size > 16 * kPage) return nullptr;
  return from_bytes({start, start + size});
}

ElfFile::~ElfFile() {
  if (elf_) elf_end(elf_);
  if (fd_ >= 0) close(fd_);
}

std::string ElfFile::build_id() const {
  const void* id = nullptr;
  const ssize_t size = dwelf_elf_gnu_build_id(elf_, &id);
  return size <= 0 ? std::string()
                   : std::string(static_cast<const char*>(id), static_cast<std::size_t>(size));
}

std::string ElfFile::debug_link(std::uint32_t* checksum) const {
  GElf_Word sum = 0;
  const char* name = dwelf_elf_gnu_debuglink(elf_, &sum);
  *checksum = sum;
  return name ? name : "";
}

std::uint32_t ElfFile::checksum() const {
  std::size_t size = 0;
  const char* bytes = elf_rawfile(elf_, &size);
  if (!bytes) return 0;
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes), size));
}

std::vector<char> ElfFile::section(const char* name) const {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return {};
  for (Elf_Scn* at = elf_nextscn(elf_, nullptr); at; at = elf_nextscn(elf_, at)) {
    GElf_Shdr header;
    if (!gelf_getshdr(at, &header)) continue;
    const char* found = elf_strptr(elf_, names, header.sh_name);
    if (!found || std::strcmp(found, name) != 0) continue;
    const Elf_Data* content = elf_rawdata(at, nullptr);
    if (!content || !content->d_buf) return {};
    const char* begin = static_cast<const char*>(content->d_buf);
    return {begin, begin + content->d_size};
  }
  return {};
}

std::vector<ElfFile::CodeSegment> ElfFile::code_segments() const {
  std::vector<CodeSegment> segments;
  std::size_t count = 0;
  if (elf_getphdrnum(elf_, &count) != 0) return segments;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf_, static_cast<int>(i), &header)) continue;
    if (header.p_type != PT_LOAD || !(header.p_flags & PF_X)) continue;
    const std::uint64_t start = header.p_vaddr & ~(kPage - 1);
    const std::uint64_t end = (header.p_vaddr + header.p_memsz + kPage - 1) & ~(kPage - 1);
    if (end <= start) continue;
    segments.push_back({start, end - start, header.p_offset & ~(kPage - 1)});
  }
  return segments;
}

}  // namespace leakhook
