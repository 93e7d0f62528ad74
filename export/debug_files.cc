// SPDX-License-Identifier: Apache-2.0
// Where is the file of this module, and where are its debug data?
#include "debug_files.h"

#include <elfutils/libdwelf.h>

#include <cinttypes>
#include <cstdio>
#include <sstream>

#include "debuginfod_client.h"

namespace leakhook {
namespace {

constexpr std::string_view kDeleted = " (deleted)";

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::unique_ptr<ElfFile> open_if_same(const std::string& path, const std::string& build_id) {
  auto file = ElfFile::open(path);
  return file && file->build_id() == build_id ? std::move(file) : nullptr;
}

bool has_debug_data(const ElfFile& file) {
  return !file.section(".debug_info").empty() || !file.section(".zdebug_info").empty() ||
         !file.section(".symtab").empty();
}

}  // namespace

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

bool is_vdso(const Module& module) {
  return module.path.find("vdso") != std::string::npos &&
         (module.path[0] == '[' || module.path.rfind("linux-", 0) == 0);
}

std::vector<std::string> DebugFiles::roots() const {
  std::vector<std::string> roots;
  if (process_) roots.push_back(process_->folder() + "/root");
  roots.emplace_back();
  return roots;
}

std::unique_ptr<ElfFile> DebugFiles::module_file(const Module& module) const {
  if (is_vdso(module)) {
    auto vdso = ElfFile::of_vdso();
    return vdso && vdso->build_id() == module.build_id ? std::move(vdso) : nullptr;
  }
  std::string path = module.path;
  if (path.size() > kDeleted.size() && path.substr(path.size() - kDeleted.size()) == kDeleted)
    path.resize(path.size() - kDeleted.size());
  if (path.empty() || path[0] != '/') return nullptr;
  for (const std::string& root : roots())
    if (auto file = open_if_same(root + path, module.build_id)) return file;
  if (!process_) return nullptr;
  // Deleted or replaced: the mapping itself still leads to the old file.
  const std::string mapped = mapped_file(module.start);
  if (!mapped.empty())
    if (auto file = open_if_same(mapped, module.build_id)) return file;
  return module.build_id.empty() ? nullptr
                                 : open_if_same(process_->folder() + "/exe", module.build_id);
}

std::string DebugFiles::mapped_file(std::uint64_t address) const {
  std::istringstream maps(text_of_file(process_->folder() + "/maps"));
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t start = 0, end = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &start, &end) != 2) continue;
    if (start <= address && address < end)
      return process_->folder() + "/map_files/" + line.substr(0, line.find(' '));
  }
  return {};
}

std::unique_ptr<ElfFile> DebugFiles::by_build_id(const std::string& build_id) const {
  if (build_id.size() < 2) return nullptr;
  const std::string name = hex(build_id.substr(0, 1)) + "/" + hex(build_id.substr(1)) + ".debug";
  for (const std::string& root : roots())
    if (auto file = open_if_same(root + debug_folder_ + "/.build-id/" + name, build_id))
      return file;
  return nullptr;
}

std::unique_ptr<ElfFile> DebugFiles::by_link(const Module& module, const ElfFile& main) const {
  std::uint32_t checksum = 0;
  const std::string link = main.debug_link(&checksum);
  if (link.empty() || link.find('/') != std::string::npos) return nullptr;
  const std::string folder = folder_of(module.path);
  const std::string places[] = {folder + "/" + link, folder + "/.debug/" + link,
                                debug_folder_ + folder + "/" + link};
  for (const std::string& root : roots()) {
    for (const std::string& place : places) {
      auto file = ElfFile::open(root + place);
      if (!file) continue;
      // Build ids are cheap to compare; a checksum reads the whole file.
      const std::string build_id = file->build_id();
      const bool both_have = !build_id.empty() && !module.build_id.empty();
      if (both_have ? build_id == module.build_id : file->checksum() == checksum) return file;
    }
  }
  return nullptr;
}

std::unique_ptr<ElfFile> DebugFiles::debug_file(const Module& module, const ElfFile* main) const {
  if (is_vdso(module)) return nullptr;
  if (main && !main->section(".debug_info").empty()) return nullptr;
  if (auto file = by_build_id(module.build_id)) return file;
  if (main)
    if (auto file = by_link(module, *main)) return file;
  if (!may_download_ || module.build_id.empty()) return nullptr;
  const std::string downloaded = download_debug_file(hex(module.build_id));
  auto file = downloaded.empty() ? nullptr : open_if_same(downloaded, module.build_id);
  return file && has_debug_data(*file) ? std::move(file) : nullptr;
}

std::unique_ptr<ElfFile> DebugFiles::alternate_file(Dwarf* dwarf,
                                                    const std::string& dwarf_path) const {
  const char* name = nullptr;
  const void* id = nullptr;
  const ssize_t size = dwelf_dwarf_gnu_debugaltlink(dwarf, &name, &id);
  if (size <= 0) return nullptr;
  const std::string build_id(static_cast<const char*>(id), static_cast<std::size_t>(size));
  if (auto file = by_build_id(build_id)) return file;
  const std::string link = name;
  if (link.empty()) return nullptr;
  if (link[0] != '/') return open_if_same(folder_of(dwarf_path) + "/" + link, build_id);
  for (const std::string& root : roots())
    if (auto file = open_if_same(root + link, build_id)) return file;
  return nullptr;
}

}  // namespace leakhook
