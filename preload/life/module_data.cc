// SPDX-License-Identifier: Apache-2.0
// Where do the loaded objects keep their variables? Program headers, read where they are mapped.
#include "module_data.h"

#include <elf.h>

#include <cstring>

namespace leakhook::life {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kMostModules = 1 << 16;

constexpr std::uint64_t page_of(std::uint64_t address) { return address / kPage * kPage; }
constexpr std::uint64_t page_after(std::uint64_t address) { return page_of(address + kPage - 1); }

/// The header at the start of a mapping; null: this is not the start of an object.
const Elf64_Ehdr* header_at(const Mapping& mapping) {
  if (mapping.behind != Behind::file || mapping.offset != 0 || !mapping.is_readable) return nullptr;
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(mapping.range.start);
  const bool is_object = std::memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
                         header->e_ident[EI_CLASS] == ELFCLASS64 &&
                         header->e_phentsize == sizeof(Elf64_Phdr);
  const std::uint64_t end = header->e_phoff + header->e_phnum * sizeof(Elf64_Phdr);
  return is_object && end <= mapping.range.size() ? header : nullptr;
}

/// Is all mapped from `first` to `last`, without a hole?
bool is_one_piece(const Mapping* first, const Mapping* last) {
  for (; first < last; ++first)
    if (first->range.end != first[1].range.start) return false;
  return true;
}

/// What can be read from `there` on without a hole ends here.
std::uint64_t readable_end(const MemoryMap& map, const Mapping* there) {
  std::uint64_t end = there->range.start;
  for (; there != map.end() && there->range.start == end && there->is_readable; ++there)
    end = there->range.end;
  return end;
}

/// Is this part mapped there from the same file, in one piece, and its end writable? The start need
/// not be: what the loader has relocated may be sealed. A file that is only read may lie the same
/// way.
bool is_loaded(const MemoryMap& map, const Mapping& first, const Elf64_Phdr& part,
               std::uint64_t bias) {
  const std::uint64_t begins = page_of(bias + part.p_vaddr);
  const Mapping* there = map.find(begins);
  const Mapping* last = map.find(bias + part.p_vaddr + part.p_memsz - 1);
  return last != nullptr && last->is_writable && there != nullptr && there->inode == first.inode &&
         there->device == first.device && is_one_piece(there, last) &&
         there->offset + (begins - there->range.start) == page_of(part.p_offset);
}

bool add_module(const MemoryMap& map, const Mapping& first, const Elf64_Ehdr& header,
                PageArray<ModuleData>* out) {
  const auto* parts = reinterpret_cast<const Elf64_Phdr*>(first.range.start + header.e_phoff);
  const Elf64_Phdr* lowest = nullptr;
  for (int i = 0; i < header.e_phnum && lowest == nullptr; ++i)
    if (parts[i].p_type == PT_LOAD) lowest = &parts[i];
  if (lowest == nullptr || page_of(lowest->p_offset) != 0) return true;
  const std::uint64_t bias = first.range.start - page_of(lowest->p_vaddr);
  for (int i = 0; i < header.e_phnum; ++i) {
    const Elf64_Phdr& part = parts[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) == 0) continue;
    if (!is_loaded(map, first, part, bias)) continue;
    const Range variables{page_of(bias + part.p_vaddr),
                          page_after(bias + part.p_vaddr + part.p_memsz)};
    const std::uint64_t readable = readable_end(map, map.find(variables.start));
    const std::uint64_t end = readable < variables.end ? readable : variables.end;
    const Range bins = find_bins(reinterpret_cast<const std::uint64_t*>(variables.start),
                                 reinterpret_cast<const std::uint64_t*>(end));
    if (!out->push({variables, bins})) return false;
  }
  return true;
}

/// Variables are read whatever lies between them, which sanitizers would call a fault.
#define LEAKHOOK_READS_ANYTHING __attribute__((no_sanitize("address", "thread")))

LEAKHOOK_READS_ANYTHING bool is_free(const std::uint64_t* head) {
  const std::uint64_t own = reinterpret_cast<std::uint64_t>(head) - 16;
  return head[0] == own && head[1] == own;
}

/// A list's head: empty, or the first and last chunk point back to it. A chunk begins with two
/// sizes, then come the next one and the one before.
LEAKHOOK_READS_ANYTHING bool is_head(const std::uint64_t* head) {
  const std::uint64_t own = reinterpret_cast<std::uint64_t>(head) - 16;
  if (head[0] == own) return head[1] == own;
  if (head[0] % 16 != 0 || head[1] % 16 != 0 || head[0] < 1 << 16 || head[1] < 1 << 16)
    return false;
  return reinterpret_cast<const std::uint64_t*>(head[0])[3] == own &&
         reinterpret_cast<const std::uint64_t*>(head[1])[2] == own;
}

}  // namespace

LEAKHOOK_READS_ANYTHING Range find_bins(const std::uint64_t* start, const std::uint64_t* end) {
  constexpr int kSurelyEmpty = 24;  // of 127 heads; nothing else looks like so many in a row
  for (const std::uint64_t* word = start; word + 1 < end; ++word) {
    if (!is_free(word)) continue;
    const std::uint64_t* after = word;
    while (after + 1 < end && is_free(after)) after += 2;
    if (after - word < 2 * kSurelyEmpty) {
      word = after - 1;
      continue;
    }
    while (after + 1 < end && is_head(after)) after += 2;
    while (word - 2 >= start && is_head(word - 2)) word -= 2;
    // Before them: ten fast bins, the top chunk, the last remainder.
    constexpr int kBefore = 12;
    const std::uint64_t* first = word - start > kBefore ? word - kBefore : start;
    return {reinterpret_cast<std::uint64_t>(first), reinterpret_cast<std::uint64_t>(after)};
  }
  return {0, 0};
}

bool find_module_data(const MemoryMap& map, PageArray<ModuleData>* out) {
  if (!out->reserve(kMostModules)) return false;
  for (const Mapping& mapping : map)
    if (const Elf64_Ehdr* header = header_at(mapping))
      if (!add_module(map, mapping, *header, out)) return false;
  return true;
}

}  // namespace leakhook::life
