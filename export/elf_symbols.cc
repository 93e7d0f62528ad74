// SPDX-License-Identifier: Apache-2.0
// Which function symbol covers each address?
#include "elf_symbols.h"

#include <lzma.h>

#include <algorithm>
#include <string_view>

namespace leakhook {
namespace {

constexpr std::size_t kMostUnpacked = std::size_t{512} << 20;

/// A sized symbol says where it ends; one without size may be followed by anything.
constexpr int kRankUnsized = 1;
constexpr int kRankSized = 2;

int rank_of_binding(unsigned char binding) {
  return binding == STB_GLOBAL ? 2 : binding == STB_WEAK ? 1 : 0;
}

/// Of names for one place the one without decoration: malloc, not __libc_malloc.
bool is_plainer(std::string_view a, std::string_view b) {
  const auto underscores = [](std::string_view s) { return s.find_first_not_of('_'); };
  if (underscores(a) != underscores(b)) return underscores(a) < underscores(b);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

struct SymbolNames::Table {
  Elf* elf;
  Elf_Data* symbols;
  std::size_t names;
};

void SymbolNames::add(const ElfFile& file) {
  add_tables(file.elf());
  const std::vector<char> packed = file.section(".gnu_debugdata");
  if (packed.empty()) return;
  if (const auto mini = ElfFile::from_bytes(unpack_xz(packed))) add_tables(mini->elf());
}

void SymbolNames::add_tables(Elf* elf) {
  for (Elf_Scn* at = elf_nextscn(elf, nullptr); at; at = elf_nextscn(elf, at)) {
    GElf_Shdr header;
    if (!gelf_getshdr(at, &header) || header.sh_entsize == 0) continue;
    if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) continue;
    const Table table{elf, elf_getdata(at, nullptr), header.sh_link};
    if (!table.symbols) continue;
    const std::size_t count = table.symbols->d_size / header.sh_entsize;
    for (std::size_t i = 1; i < count; ++i) add_symbol(table, static_cast<int>(i));
  }
}

void SymbolNames::add_symbol(const Table& table, int index) {
  GElf_Sym symbol;
  if (!gelf_getsym(table.symbols, index, &symbol) || symbol.st_shndx == SHN_UNDEF) return;
  const int type = GELF_ST_TYPE(symbol.st_info);
  const bool is_code = type == STT_FUNC || type == STT_GNU_IFUNC;
  // Assembly often forgets type and size.
  if (!is_code && !(type == STT_NOTYPE && symbol.st_size == 0)) return;
  auto at = std::lower_bound(sorted_.begin(), sorted_.end(), symbol.st_value);
  if (at == sorted_.end()) return;
  // An address that far from the last symbol before it does not belong to it.
  constexpr std::uint64_t kFarthest = 4096;
  const std::uint64_t size = symbol.st_size ? symbol.st_size : kFarthest;
  if (*at - symbol.st_value >= size) return;
  const char* name = elf_strptr(table.elf, table.names, symbol.st_name);
  if (!name || !*name) return;
  const int base = symbol.st_size ? kRankSized : kRankUnsized;
  const int rank = base * 4 + rank_of_binding(GELF_ST_BIND(symbol.st_info));
  for (; at != sorted_.end() && *at - symbol.st_value < size; ++at)
    offer(static_cast<std::size_t>(at - sorted_.begin()), name, rank, *at - symbol.st_value);
}

void SymbolNames::offer(std::size_t index, const char* name, int rank, std::uint64_t distance) {
  Found& found = found_[index];
  // Sized beats unsized; then the nearest start; then binding; then the plainest name.
  const auto order = [](int r, std::uint64_t d) { return std::tuple(r / 4, ~d, r % 4); };
  const auto offered = order(rank, distance);
  const auto held = order(found.rank, found.distance);
  if (found.rank != 0 && offered < held) return;
  if (found.rank != 0 && offered == held && !is_plainer(name, found.name)) return;
  found = {name, rank, distance};
}

std::vector<char> unpack_xz(const std::vector<char>& packed) {
  lzma_stream stream = LZMA_STREAM_INIT;
  constexpr std::uint64_t kMemory = 256 << 20;
  if (lzma_stream_decoder(&stream, kMemory, 0) != LZMA_OK) return {};
  std::vector<char> out;
  stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
  stream.avail_in = packed.size();
  lzma_ret state = LZMA_OK;
  while (state == LZMA_OK && out.size() < kMostUnpacked) {
    const std::size_t have = out.size();
    out.resize(std::max<std::size_t>(4 * packed.size(), 2 * have));
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data() + have);
    stream.avail_out = out.size() - have;
    state = lzma_code(&stream, LZMA_FINISH);
    out.resize(out.size() - stream.avail_out);
    if (stream.avail_out != 0 && state == LZMA_OK) break;
  }
  lzma_end(&stream);
  return state == LZMA_STREAM_END ? out : std::vector<char>();
}

}  // namespace leakhook
