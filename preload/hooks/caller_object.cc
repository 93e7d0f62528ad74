// SPDX-License-Identifier: Apache-2.0
// Which loaded object made this call? Reads its dynamic section as ld.so left it in memory.
#include "caller_object.h"

#include <errno.h>
#include <string.h>

#include "../base/real.h"

namespace leakhook {
namespace {

struct Search {
  const void* address;
  DynamicSection found;
};

int look_into(dl_phdr_info* object, std::size_t, void* search) {
  auto* const to = static_cast<Search*>(search);
  if (!holds(*object, to->address)) return 0;
  to->found = dynamic_section_of(*object);
  return 1;
}

/// The number by which this object's symbols refer to a version; 0: it needs no such version.
ElfW(Half)
    number_of_version(const DynamicSection& object, const char* strings, const char* version) {
  const auto* need = object.table<ElfW(Verneed)>(DT_VERNEED);
  while (need != nullptr) {
    const char* at = reinterpret_cast<const char*>(need) + need->vn_aux;
    for (int i = 0; i < need->vn_cnt; ++i) {
      const auto* name = reinterpret_cast<const ElfW(Vernaux)*>(at);
      if (same_text(strings + name->vna_name, version)) return name->vna_other;
      at += name->vna_next;
    }
    if (need->vn_next == 0) return 0;
    need =
        reinterpret_cast<const ElfW(Verneed)*>(reinterpret_cast<const char*>(need) + need->vn_next);
  }
  return 0;
}

/// Which version of a name do objects refer to?
struct Binding {
  const char* name;
  const char* version;
  bool is_that = false;
  bool is_another = false;

  void look_at(const DynamicSection& object) {
    const auto* strings = object.table<char>(DT_STRTAB);
    const auto* symbols = object.table<ElfW(Sym)>(DT_SYMTAB);
    const auto* versions = object.table<ElfW(Versym)>(DT_VERSYM);
    if (strings == nullptr || symbols == nullptr || versions == nullptr) return;
    const auto look_at_table = [&](ElfW(Sxword) table, ElfW(Sxword) size) {
      const auto* entries = object.table<ElfW(Rela)>(table);
      const std::size_t count = entries != nullptr ? object.number(size) / sizeof *entries : 0;
      for (std::size_t i = 0; i < count; ++i) {
        const auto index = ELF64_R_SYM(entries[i].r_info);
        if (index == 0 || !same_text(strings + symbols[index].st_name, name)) continue;
        const ElfW(Half) wanted = number_of_version(object, strings, version);
        (wanted != 0 && (versions[index] & 0x7fff) == wanted ? is_that : is_another) = true;
        return;
      }
    };
    look_at_table(DT_JMPREL, DT_PLTRELSZ);
    if (!is_that && !is_another) look_at_table(DT_RELA, DT_RELASZ);
  }
};

int look_at_all(dl_phdr_info* object, std::size_t, void* binding) {
  Binding here{static_cast<Binding*>(binding)->name, static_cast<Binding*>(binding)->version};
  here.look_at(dynamic_section_of(*object));
  static_cast<Binding*>(binding)->is_that |= here.is_that;
  static_cast<Binding*>(binding)->is_another |= here.is_another;
  return 0;
}

/// Any object but the program itself that hands an RPATH on to what it loads.
int has_rpath(dl_phdr_info* object, std::size_t, void* found) {
  if (object->dlpi_name == nullptr || object->dlpi_name[0] == 0) return 0;
  *static_cast<bool*>(found) |= dynamic_section_of(*object).has(DT_RPATH);
  return *static_cast<bool*>(found) ? 1 : 0;
}

}  // namespace

/// Without _dl_find_object (before glibc 2.35) by a search that takes the loader's lock, as dladdr
/// would, which is in a library that not every program has (before 2.34).
DynamicSection dynamic_section_at(const void* address) {
  const int kept = errno;
  if (!real::is_resolved()) real::resolve_all();
  Search search{address, {}};
  if (real::borrowed::find_object == nullptr) {
    dl_iterate_phdr(look_into, &search);
  } else if (dl_find_object found;
             real::borrowed::find_object(const_cast<void*>(address), &found) == 0) {
    const link_map* map = found.dlfo_link_map;
    search.found = {.bias = map->l_addr, .entries = map->l_ld};
  }
  errno = kept;
  return search.found;
}

bool means_version(const void* caller, const char* name, const char* version) {
  Binding binding{name, version};
  binding.look_at(dynamic_section_at(caller));
  if (!binding.is_that && !binding.is_another) dl_iterate_phdr(look_at_all, &binding);
  return binding.is_that && !binding.is_another;
}

// glibc looks for a bare name along the caller's RUNPATH, or else along the RPATHs of the caller
// and of those that loaded it; that of the program itself counts for everybody. A path is taken as
// it is, but for $ORIGIN and the like in it, which mean the caller.
bool searches_its_own_way(const DynamicSection& object, const char* library) {
  if (library == nullptr) return false;
  if (strchr(library, '$') != nullptr) return true;
  if (strchr(library, '/') != nullptr) return false;
  if (object.has(DT_RUNPATH) || object.has(DT_RPATH)) return true;
  if ((object.number(DT_FLAGS_1) & DF_1_NODEFLIB) != 0) return true;
  bool found = false;
  dl_iterate_phdr(has_rpath, &found);
  return found;
}

}  // namespace leakhook
