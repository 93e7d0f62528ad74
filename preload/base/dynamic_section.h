// SPDX-License-Identifier: Apache-2.0
// What does the dynamic section of a loaded object say? Its tables as pointers.
//
// Async-signal-safe, never allocates. The object must stay loaded while this is used.
#pragma once
#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>

namespace leakhook {

struct DynamicSection {
  ElfW(Addr) bias = 0;
  const ElfW(Dyn) * entries = nullptr;

  /// The first entry with this tag, null when there is none.
  const ElfW(Dyn) * find(ElfW(Sxword) tag) const {
    for (const ElfW(Dyn)* entry = entries; entry != nullptr && entry->d_tag != DT_NULL; ++entry)
      if (entry->d_tag == tag) return entry;
    return nullptr;
  }
  bool has(ElfW(Sxword) tag) const { return find(tag) != nullptr; }
  std::uint64_t number(ElfW(Sxword) tag) const {
    const auto* entry = find(tag);
    return entry != nullptr ? entry->d_un.d_val : 0;
  }
  /// The table that a tag points to. The loader has made most of these run-time addresses, but not
  /// those of sections that it may not write to (the vdso's).
  template <class T>
  const T* table(ElfW(Sxword) tag) const {
    const ElfW(Addr) address = number(tag);
    if (address == 0) return nullptr;
    return reinterpret_cast<const T*>(address < bias ? address + bias : address);
  }
};

/// Of an object that dl_iterate_phdr shows; empty when it has none.
inline DynamicSection dynamic_section_of(const dl_phdr_info& object) {
  DynamicSection section{.bias = object.dlpi_addr};
  for (int i = 0; i < object.dlpi_phnum; ++i)
    if (object.dlpi_phdr[i].p_type == PT_DYNAMIC)
      section.entries =
          reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
  return section;
}

/// Does the object that dl_iterate_phdr shows hold this address?
inline bool holds(const dl_phdr_info& object, const void* address) {
  const auto place = reinterpret_cast<ElfW(Addr)>(address);
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object.dlpi_phdr[i];
    if (part.p_type == PT_LOAD && place - (object.dlpi_addr + part.p_vaddr) < part.p_memsz)
      return true;
  }
  return false;
}

inline bool same_text(const char* a, const char* b) { return std::strcmp(a, b) == 0; }

}  // namespace leakhook
