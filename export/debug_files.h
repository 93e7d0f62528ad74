// SPDX-License-Identifier: Apache-2.0
// Where is the file of this module, and where are its debug data? A file counts only when its
// build id is the one that the service recorded: programs are replaced while they run.
#pragma once
#include <elfutils/libdw.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elf_file.h"
#include "module.h"
#include "process_look.h"

namespace leakhook {

class DebugFiles {
 public:
  /// `process`: the service if it still lives; its own view of the file system is asked first.
  /// `may_download`: a debuginfod server (DEBUGINFOD_URLS) may be asked.
  DebugFiles(std::optional<ProcessLook> process, bool may_download,
             std::string debug_folder = "/usr/lib/debug")
      : process_(std::move(process)),
        may_download_(may_download),
        debug_folder_(std::move(debug_folder)) {}

  /// The file that was mapped; null when it is gone or replaced.
  std::unique_ptr<ElfFile> module_file(const Module& module) const;

  /// Its separate debug file by build id or debug link; null when there is none.
  std::unique_ptr<ElfFile> debug_file(const Module& module, const ElfFile* main) const;

  /// The file that dwz moved shared parts to; null when `dwarf` needs none or it is not there.
  std::unique_ptr<ElfFile> alternate_file(Dwarf* dwarf, const std::string& dwarf_path) const;

 private:
  std::vector<std::string> roots() const;
  std::string mapped_file(std::uint64_t address) const;
  std::unique_ptr<ElfFile> by_build_id(const std::string& build_id) const;
  std::unique_ptr<ElfFile> by_link(const Module& module, const ElfFile& main) const;

  std::optional<ProcessLook> process_;
  bool may_download_;
  std::string debug_folder_;
};

/// Lower-case hexadecimal.
std::string hex(std::string_view bytes);

/// "[vdso]": code without a file.
bool is_vdso(const Module& module);

}  // namespace leakhook
