// SPDX-License-Identifier: Apache-2.0
// Would the loader put libleakhook.so into a program?
#include "program_file.h"

#include <gelf.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "elf_file.h"

namespace leakhook {
namespace {

/// The path in PT_INTERP; empty for a static program.
std::string interpreter_of(const ElfFile& file) {
  std::size_t count = 0;
  if (elf_getphdrnum(file.elf(), &count) != 0) return {};
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (!gelf_getphdr(file.elf(), static_cast<int>(i), &header)) continue;
    if (header.p_type != PT_INTERP) continue;
    std::size_t size = 0;
    const char* bytes = elf_rawfile(file.elf(), &size);
    if (!bytes || header.p_offset >= size) return "?";
    return {bytes + header.p_offset, strnlen(bytes + header.p_offset, size - header.p_offset)};
  }
  return {};
}

bool is_secure(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return false;
  const bool changes_user = (status.st_mode & S_ISUID) && status.st_uid != getuid();
  const bool changes_group =
      (status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != getgid();
  return changes_user || changes_group ||
         getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

/// What stands behind "#!"; empty: no script.
std::string script_interpreter(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char start[2] = {};
  if (!file.read(start, 2) || start[0] != '#' || start[1] != '!') return {};
  std::string line;
  std::getline(file, line);
  std::istringstream words(line);
  std::string interpreter;
  words >> interpreter;
  return interpreter;
}

}  // namespace

std::string reason_not_loadable(const std::string& path) {
  std::string program = path;
  for (int i = 0; i < 5; ++i) {  // the kernel follows as many
    const std::string interpreter = script_interpreter(program);
    if (interpreter.empty()) break;
    program = interpreter;
  }
  if (is_secure(program)) return kIsSecure;
  const auto file = ElfFile::open(program);
  if (!file) return {};
  const std::string interpreter = interpreter_of(*file);
  if (interpreter.empty())
    return "a static binary: the loader that would load libleakhook.so is not in it";
  if (interpreter.find("ld-musl") != std::string::npos)
    return "a program for musl: libleakhook.so needs glibc";
  GElf_Ehdr header;
  if (!gelf_getehdr(file->elf(), &header)) return {};
  if (header.e_machine != EM_X86_64 || header.e_ident[EI_CLASS] != ELFCLASS64)
    return "not a 64-bit program for x86-64: libleakhook.so is one";
  return {};
}

std::string found_in_path(const std::string& name) {
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return access(name.c_str(), F_OK) == 0 ? name : "";
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    struct stat status {};
    if (stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        access(file.c_str(), X_OK) == 0)
      return file;
  }
  return {};
}

}  // namespace leakhook
