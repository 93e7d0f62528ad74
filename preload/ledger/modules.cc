// SPDX-License-Identifier: Apache-2.0
// Recording objects with their build ids, and noticing when a range changes its meaning.
#include "modules.h"

#include <elf.h>
#include <link.h>

#include <cstring>

#include "../base/line.h"
#include "stack_table.h"

namespace leakhook::ledger::modules {
namespace {

constexpr std::uint32_t kMax = 4096;

/// 1 + the highest index that may be looked at.
std::uint32_t end_of_table() {
  const std::uint64_t readable = segment.all<ModuleRecord>(Region::modules).size();
  const std::uint64_t used = segment.extent(Region::modules).used.load(std::memory_order_relaxed);
  return static_cast<std::uint32_t>(used < readable ? used : readable);
}

ModuleRecord* table() { return segment.records<ModuleRecord>(Region::modules); }

ModuleState state_of(const ModuleRecord& module) {
  return static_cast<ModuleState>(
      module.state.load(std::memory_order_acquire));  // pairs with publish()
}

void publish(ModuleRecord& module, ModuleState state) {
  module.state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
}

/// The GNU build id in a PT_NOTE of the loaded object. Requires: the object is loaded.
std::uint32_t read_build_id(const unwind::Object& object, std::uint8_t (&out)[32]) {
  const auto* elf = reinterpret_cast<const ElfW(Ehdr)*>(object.start);
  if (std::memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 || elf->e_phentsize != sizeof(ElfW(Phdr)))
    return 0;
  const auto* headers = reinterpret_cast<const ElfW(Phdr)*>(object.start + elf->e_phoff);
  for (int i = 0; i < elf->e_phnum; ++i) {
    const ElfW(Phdr)& header = headers[i];
    const std::uint64_t notes = object.load_bias + header.p_vaddr;
    if (header.p_type != PT_NOTE || notes < object.start || notes + header.p_memsz > object.end)
      continue;
    for (std::uint64_t at = 0; at + sizeof(ElfW(Nhdr)) <= header.p_memsz;) {
      const auto* note = reinterpret_cast<const ElfW(Nhdr)*>(notes + at);
      const std::uint64_t name = at + sizeof *note;
      const std::uint64_t content = name + ((note->n_namesz + 3ULL) & ~3ULL);
      const std::uint64_t next = content + ((note->n_descsz + 3ULL) & ~3ULL);
      if (next > header.p_memsz) break;
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
          std::memcmp(reinterpret_cast<const char*>(notes + name), "GNU", 4) == 0) {
        const std::uint32_t size = note->n_descsz < sizeof out ? note->n_descsz : sizeof out;
        std::memcpy(out, reinterpret_cast<const void*>(notes + content), size);
        return size;
      }
      at = next;
    }
  }
  return 0;
}

void fill(ModuleRecord& module, const unwind::Object& object) {
  module.start = object.start;
  module.end = object.end;
  module.load_bias = object.load_bias;
  module.build_id_size = read_build_id(object, module.build_id);
  const bool is_main = object.path == nullptr || *object.path == 0;
  copy_text(module.path, is_main ? segment.header->executable : object.path);
}

bool is_in_same_place(const ModuleRecord& module, const unwind::Object& object) {
  return module.start == object.start && module.end == object.end &&
         module.load_bias == object.load_bias;
}

/// Requires: the object cannot be unloaded now, as a frame of this thread stands in it.
bool is_same(const ModuleRecord& module, const unwind::Object& object) {
  if (!is_in_same_place(module, object)) return false;
  std::uint8_t build_id[32] = {};
  const std::uint32_t size = read_build_id(object, build_id);
  const char* path =
      object.path == nullptr || *object.path == 0 ? segment.header->executable : object.path;
  return module.build_id_size == size && std::memcmp(module.build_id, build_id, size) == 0 &&
         std::strncmp(module.path, path, sizeof module.path - 1) == 0;
}

bool overlaps(const ModuleRecord& module, const unwind::Object& object) {
  return module.start < object.end && object.start < module.end;
}

}  // namespace

bool prepare() {
  segment.extent(Region::modules).used.store(1, std::memory_order_relaxed);
  return segment.commit(Region::modules, 16 * sizeof(ModuleRecord));
}

void seen(const unwind::Object& object) {
  if (segment.header == nullptr) return;
  ModuleRecord* known = nullptr;
  bool had_another = false;
  for (std::uint32_t i = 1, end = end_of_table(); i < end; ++i) {
    ModuleRecord& module = table()[i];
    if (state_of(module) == ModuleState::unwritten || !overlaps(module, object)) continue;
    if (is_same(module, object)) {
      known = &module;
      continue;
    }
    // Closed without a dlclose that we saw, or closed and replaced: old stacks keep the old module.
    publish(module, ModuleState::unloaded);
    had_another = true;
  }
  if (known != nullptr && state_of(*known) == ModuleState::loaded) return;
  if (had_another) stack_table::begin_generation();
  if (known != nullptr) return publish(*known, ModuleState::loaded);
  const std::uint64_t index =
      segment.extent(Region::modules).used.fetch_add(1, std::memory_order_relaxed);
  if (index >= kMax || !segment.commit(Region::modules, (index + 1) * sizeof(ModuleRecord))) {
    segment.count_and_say(Counter::module_table_full);
    return;
  }
  ModuleRecord& module = table()[index];
  fill(module, object);
  publish(module, ModuleState::loaded);
}

ModuleId id_of(unwind::Address address) {
  const auto is_in = [address](std::uint32_t index) {
    const ModuleRecord& module = table()[index];
    return state_of(module) == ModuleState::loaded && address >= module.start &&
           address < module.end;
  };
  // Neighbouring frames often stand in one module.
  static constinit std::atomic<std::uint32_t> last{0};
  const std::uint32_t end = end_of_table();
  const std::uint32_t guess = last.load(std::memory_order_relaxed);
  if (guess != 0 && guess < end && is_in(guess)) return static_cast<ModuleId>(guess);
  for (std::uint32_t i = end; i-- > 1;) {
    if (!is_in(i)) continue;
    last.store(i, std::memory_order_relaxed);
    return static_cast<ModuleId>(i);
  }
  return 0;
}

void refresh() {
  for (std::uint32_t i = 1, end = end_of_table(); i < end; ++i) {
    ModuleRecord& module = table()[i];
    if (state_of(module) != ModuleState::loaded) continue;
    unwind::Object object;
    // Any address inside tells. The object is not looked into: another thread may be closing it. A
    // successor of the very same shape is noticed by seen().
    if (!unwind::find_object(module.start, &object) || !is_in_same_place(module, object))
      publish(module, ModuleState::unloaded);
  }
}

}  // namespace leakhook::ledger::modules
