// SPDX-License-Identifier: Apache-2.0
// Which loaded object holds this address, and which part of it may be read?
//
// _dl_find_object is lock-free. dl_iterate_phdr takes the loader lock: under an allocator's lock
// that is a deadlock waiting for its day, so it fills a table beforehand and is never called from a
// capture. The table is a sequence lock: one writer (the others skip their turn), readers retry.
#include "object_lookup.h"

#include <link.h>
#include <sys/auxv.h>

#include <atomic>
#include <cstring>

#include "capture.h"

namespace leakhook::unwind {
namespace {

constexpr Address kPage = 4096;
constexpr unsigned kMaxObjects = 1024;
constexpr int kReadAttempts = 100;

constinit std::atomic<SystemLookup> g_system_lookup{nullptr};

/// From the first part of the program to its last, without its load bias.
constinit Extent g_program{};

/// Where there are gaps between the parts of the program, as huge pages for its code make them, the
/// C library knows each part as an object of its own, and all but one have no file header.
Extent extent_of_program() {
  const auto* parts = reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR));
  Extent program{~Address{0}, 0};
  for (unsigned long i = 0; parts != nullptr && i < getauxval(AT_PHNUM); ++i) {
    if (parts[i].p_type != PT_LOAD) continue;
    const Address begin = parts[i].p_vaddr / kPage * kPage;
    const Address end = parts[i].p_vaddr + parts[i].p_memsz;
    if (begin < program.low) program.low = begin;
    if (end > program.high) program.high = end;
  }
  return program.low < program.high ? program : Extent{};
}

struct TableRow {
  std::atomic<Address> start, end, load_bias, eh_frame_hdr;
  std::atomic<const char*> path;
};

struct OwnTable {
  std::atomic<std::uint32_t> version;  ///< odd while rows change
  std::atomic<std::uint32_t> count;
  std::atomic<bool> has_writer;
  TableRow rows[kMaxObjects];
};
constinit OwnTable g_table;

// Acquire: pairs with the releases in add_object(), so that a row being filled comes with an odd
// version.
void read_row(const TableRow& row, Object* object) {
  object->start = row.start.load(std::memory_order_acquire);
  object->end = row.end.load(std::memory_order_acquire);
  object->load_bias = row.load_bias.load(std::memory_order_acquire);
  object->eh_frame_hdr = row.eh_frame_hdr.load(std::memory_order_acquire);
  object->path = row.path.load(std::memory_order_acquire);
}

bool find_in_rows(Address pc, Object* object) {
  // Pairs with the releases in add_object() and refresh_objects().
  const std::uint32_t count = g_table.count.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count && i < kMaxObjects; ++i) {
    read_row(g_table.rows[i], object);
    if (pc >= object->start && pc < object->end) return true;
  }
  return false;
}

bool find_in_own_table(Address pc, Object* object) {
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    // Pairs with the releasing store of the even version in refresh_objects().
    const std::uint32_t before = g_table.version.load(std::memory_order_acquire);
    if (before % 2 != 0) continue;
    const bool found = find_in_rows(pc, object);
    // Not earlier than the rows: their loads are acquiring.
    if (g_table.version.load(std::memory_order_relaxed) == before) return found;
  }
  return false;
}

int add_object(dl_phdr_info* loaded, std::size_t, void*) {
  const std::uint32_t index = g_table.count.load(std::memory_order_relaxed);
  if (index == kMaxObjects) return 1;
  Address low = ~Address{0};
  Address high = 0;
  Address eh_frame_hdr = 0;
  for (int i = 0; i < loaded->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = loaded->dlpi_phdr[i];
    const Address begin = loaded->dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_GNU_EH_FRAME) eh_frame_hdr = begin;
    if (part.p_type != PT_LOAD) continue;
    if (begin / kPage * kPage < low) low = begin / kPage * kPage;
    if (begin + part.p_memsz > high) high = begin + part.p_memsz;
  }
  if (low >= high) return 0;
  // Release: pairs with read_row() and find_in_rows(); the odd version is stored before.
  TableRow& row = g_table.rows[index];
  row.start.store(low, std::memory_order_release);
  row.end.store((high + kPage - 1) / kPage * kPage, std::memory_order_release);
  row.load_bias.store(loaded->dlpi_addr, std::memory_order_release);
  row.eh_frame_hdr.store(eh_frame_hdr, std::memory_order_release);
  row.path.store(loaded->dlpi_name, std::memory_order_release);
  g_table.count.store(index + 1, std::memory_order_release);
  return 0;
}

}  // namespace

void prepare_object_lookup(SystemLookup system_lookup) {
  g_program = extent_of_program();
  g_system_lookup.store(system_lookup, std::memory_order_relaxed);
  refresh_objects();
}

void refresh_objects() {
  if (g_system_lookup.load(std::memory_order_relaxed) != nullptr) return;
  // Who comes second leaves: the writer holds the loader lock or waits for it, and the loser's
  // change of the list was made under that lock before. Pairs with the releasing store below.
  if (g_table.has_writer.exchange(true, std::memory_order_acquire)) return;
  const std::uint32_t version = g_table.version.load(std::memory_order_relaxed);
  g_table.version.store(version + 1, std::memory_order_relaxed);
  g_table.count.store(0,
                      std::memory_order_release);  // pairs with find_in_rows(): after the version
  dl_iterate_phdr(add_object, nullptr);
  g_table.version.store(version + 2, std::memory_order_release);  // pairs: find_in_own_table()
  g_table.has_writer.store(false, std::memory_order_release);     // pairs: the exchange above
}

void release_object_table() {
  if (!g_table.has_writer.load(std::memory_order_relaxed)) return;
  const std::uint32_t version = g_table.version.load(std::memory_order_relaxed);
  g_table.count.store(0, std::memory_order_relaxed);
  g_table.version.store(version + version % 2, std::memory_order_release);  // find_in_own_table()
  g_table.has_writer.store(false, std::memory_order_relaxed);
}

bool find_object(Address pc, Object* object) {
  const SystemLookup lookup = g_system_lookup.load(std::memory_order_relaxed);
  if (lookup == nullptr) return find_in_own_table(pc, object);
  SystemAnswer answer;
  if (lookup(reinterpret_cast<void*>(pc), &answer) != 0) return false;
  object->start = reinterpret_cast<Address>(answer.start);
  object->end = reinterpret_cast<Address>(answer.end);
  object->load_bias = answer.map->l_addr;
  object->path = answer.map->l_name;
  object->eh_frame_hdr = reinterpret_cast<Address>(answer.eh_frame_hdr);
  const Extent program{object->load_bias + g_program.low, object->load_bias + g_program.high};
  if (*object->path == 0 && program.contains(pc))
    object->start = program.low, object->end = program.high;
  return true;
}

Extent segment_around(const Object& object, Address address) {
  // The loader maps the file's header with the first segment; its first page is all we rely on. It
  // is there as a whole, where the object ends inside it, too.
  ElfW(Ehdr) header;
  if (object.end <= object.start) return {};
  std::memcpy(&header, reinterpret_cast<const void*>(object.start), sizeof header);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phoff > kPage ||
      header.e_phoff + header.e_phnum * sizeof(ElfW(Phdr)) > kPage) {
    return {};
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) part;
    const Address place = object.start + header.e_phoff + i * sizeof part;
    std::memcpy(&part, reinterpret_cast<const void*>(place), sizeof part);
    if (part.p_type != PT_LOAD || (part.p_flags & PF_R) == 0) continue;
    const Extent extent{object.load_bias + part.p_vaddr,
                        object.load_bias + part.p_vaddr + part.p_filesz};
    if (extent.contains(address)) return extent;
  }
  return {};
}

}  // namespace leakhook::unwind
