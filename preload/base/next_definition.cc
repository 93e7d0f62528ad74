// SPDX-License-Identifier: Apache-2.0
// Where is the definition of a function behind ours? Walks the symbol tables of the loaded objects.
#include "next_definition.h"

#include "dynamic_section.h"

namespace leakhook {
namespace {

/// What one object defines.
class Definitions {
 public:
  explicit Definitions(const DynamicSection& section)
      : bias_(section.bias),
        symbols_(section.table<ElfW(Sym)>(DT_SYMTAB)),
        strings_(section.table<char>(DT_STRTAB)),
        versions_(section.table<ElfW(Versym)>(DT_VERSYM)),
        version_names_(section.table<ElfW(Verdef)>(DT_VERDEF)),
        gnu_table_(section.table<std::uint32_t>(DT_GNU_HASH)),
        old_table_(section.table<std::uint32_t>(DT_HASH)) {}

  /// Null when it does not define this.
  void* find(WantedFunction wanted) const {
    const bool may_be_hidden = wanted.may_be_hidden;
    wanted.may_be_hidden = false;
    void* found = find_first(wanted);
    if (found != nullptr || !may_be_hidden) return found;
    wanted.may_be_hidden = true;
    return find_first(wanted);
  }

 private:
  void* find_first(const WantedFunction& wanted) const {
    if (symbols_ == nullptr || strings_ == nullptr) return nullptr;
    if (gnu_table_ != nullptr) return find_by_gnu_hash(wanted);
    return old_table_ != nullptr ? find_by_old_hash(wanted) : nullptr;
  }

  /// Table: bucket count, first hashed symbol, bloom words, bloom shift, bloom, buckets, chains.
  void* find_by_gnu_hash(const WantedFunction& wanted) const {
    const std::uint32_t buckets = gnu_table_[0], first = gnu_table_[1], words = gnu_table_[2];
    const auto* bloom = reinterpret_cast<const ElfW(Addr)*>(gnu_table_ + 4);
    constexpr std::uint32_t kBits = sizeof(ElfW(Addr)) * 8;
    const std::uint32_t hash = wanted.hash;
    if (buckets == 0 || words == 0) return nullptr;
    const ElfW(Addr) filter = bloom[hash / kBits & (words - 1)];
    if ((filter >> hash % kBits & filter >> (hash >> gnu_table_[3]) % kBits & 1) == 0)
      return nullptr;
    const auto* bucket = reinterpret_cast<const std::uint32_t*>(bloom + words);
    const std::uint32_t* chain = bucket + buckets;
    std::uint32_t index = bucket[hash % buckets];
    if (index < first) return nullptr;
    for (;; ++index) {
      const std::uint32_t candidate = chain[index - first];
      if ((candidate | 1) == (hash | 1) && matches(index, wanted)) return address_of(index);
      if (candidate & 1) return nullptr;  // end of the chain
    }
  }

  void* find_by_old_hash(const WantedFunction& wanted) const {
    const std::uint32_t count = old_table_[1];  // its chains have one entry per symbol
    for (std::uint32_t index = 1; index < count; ++index)
      if (matches(index, wanted)) return address_of(index);
    return nullptr;
  }

  bool matches(std::uint32_t index, const WantedFunction& wanted) const {
    const ElfW(Sym)& symbol = symbols_[index];
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0) return false;
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE) return false;
    return same_text(strings_ + symbol.st_name, wanted.name) && version_fits(index, wanted);
  }

  bool version_fits(std::uint32_t index, const WantedFunction& wanted) const {
    if (versions_ == nullptr) return true;
    constexpr ElfW(Versym) kHidden = 0x8000;  // not the default version of its name
    const ElfW(Versym) number = versions_[index];
    if (wanted.version == nullptr) return (number & kHidden) == 0 || wanted.may_be_hidden;
    const auto* definition = version_names_;
    while (definition != nullptr) {
      if (definition->vd_ndx == (number & ~kHidden)) {
        const auto* name = after<ElfW(Verdaux)>(definition, definition->vd_aux);
        return same_text(strings_ + name->vda_name, wanted.version);
      }
      if (definition->vd_next == 0) break;
      definition = after<ElfW(Verdef)>(definition, definition->vd_next);
    }
    return false;
  }

  void* address_of(std::uint32_t index) const {
    const ElfW(Sym)& symbol = symbols_[index];
    auto* address = reinterpret_cast<void*>(bias_ + symbol.st_value);
    if (ELF64_ST_TYPE(symbol.st_info) != STT_GNU_IFUNC) return address;
    return reinterpret_cast<void* (*)()>(address)();  // the function that chooses the function
  }

  template <class T>
  static const T* after(const void* place, std::size_t bytes) {
    return reinterpret_cast<const T*>(static_cast<const char*>(place) + bytes);
  }

  ElfW(Addr) bias_;
  const ElfW(Sym) * symbols_;
  const char* strings_;
  const ElfW(Versym) * versions_;
  const ElfW(Verdef) * version_names_;
  const std::uint32_t* gnu_table_;
  const std::uint32_t* old_table_;
};

struct Search {
  std::span<const WantedFunction> wanted;
  bool is_behind_us = false;
};

bool is_our_own(const dl_phdr_info& object) {
  return holds(object, reinterpret_cast<const void*>(&find_next_definitions));
}

int search_object(dl_phdr_info* object, std::size_t, void* argument) {
  auto* search = static_cast<Search*>(argument);
  if (!search->is_behind_us) {
    search->is_behind_us = is_our_own(*object);
    return 0;
  }
  const Definitions definitions(dynamic_section_of(*object));
  for (const WantedFunction& wanted : search->wanted) {
    if (__atomic_load_n(wanted.slot, __ATOMIC_RELAXED) != wanted.unanswered) continue;
    if (void* found = definitions.find(wanted))
      __atomic_store_n(wanted.slot, found, __ATOMIC_RELAXED);
  }
  return 0;
}

/// 1: found before us, which ends the search; 2: we came first.
int search_before_us(dl_phdr_info* object, std::size_t, void* wanted) {
  if (is_our_own(*object)) return 2;
  const auto& function = *static_cast<const WantedFunction*>(wanted);
  return Definitions(dynamic_section_of(*object)).find(function) != nullptr ? 1 : 0;
}

}  // namespace

bool is_defined_before_us(const char* name) {
  WantedFunction wanted{name, nullptr, gnu_hash(name), nullptr, nullptr, true};
  return dl_iterate_phdr(search_before_us, &wanted) == 1;
}

void find_next_definitions(std::span<const WantedFunction> wanted) {
  Search search{.wanted = wanted};
  dl_iterate_phdr(search_object, &search);
}

}  // namespace leakhook
