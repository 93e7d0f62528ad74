// SPDX-License-Identifier: Apache-2.0
// What are the names of these places?
#include "symbolizer.h"

#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "base_name.h"
#include "demangle.h"
#include "dwarf_index.h"
#include "elf_symbols.h"
#include "segment_view.h"

namespace leakhook {
namespace {

struct EndDwarf {
  void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
};
using OwnDwarf = std::unique_ptr<Dwarf, EndDwarf>;

OwnDwarf open_dwarf(const ElfFile* file) {
  return OwnDwarf(file ? dwarf_begin_elf(file->elf(), DWARF_C_READ, nullptr) : nullptr);
}

std::string offset_name(const std::string& module, std::uint64_t offset) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx]", static_cast<unsigned long long>(offset));
  return "[" + (module.empty() ? std::string() : module + "+") + text;
}

bool is_mangled(const std::string& name) {
  return name.rfind("_Z", 0) == 0 || name.rfind("_R", 0) == 0;
}

/// Demangled names of one dump: the same few functions stand on most stacks.
class Names {
 public:
  const std::string& of(const std::string& system_name) {
    auto [at, is_new] = known_.try_emplace(system_name);
    if (is_new) at->second = demangled(system_name);
    return at->second;
  }

 private:
  std::unordered_map<std::string, std::string> known_;
};

CodeLine line_of(const SourceFrame& frame, Names* names) {
  return {names->of(frame.system_name), presentable(frame.system_name), presentable(frame.file),
          frame.line, frame.start_line};
}

/// `symbol`: what the symbol table calls the function, may be empty.
void fill(const SourcePlace& source, const std::string& symbol, Names* names, CodePlace* place) {
  for (const SourceFrame& frame : source.frames) {
    if (frame.system_name.empty() && &frame != &source.frames.back()) continue;
    place->lines.push_back(line_of(frame, names));
  }
  place->knows_inlines = !source.frames.empty();
  const bool is_bare = source.frames.empty() || source.frames.back().system_name.empty();
  if (is_bare && symbol.empty()) {
    place->lines.clear();
    return;
  }
  if (source.frames.empty())
    place->lines.push_back({{}, {}, presentable(source.file), source.line, 0});
  // Some compilers leave the linkage name out of the debug data; the symbol table has it.
  if (is_bare || (!source.frames.back().is_linkage && is_mangled(symbol))) {
    place->lines.back().system_name = presentable(symbol);
    place->lines.back().name = names->of(symbol);
  }
}

}  // namespace

bool is_own_module(const Module& module) {
  return short_name(module).rfind("libleakhook.so", 0) == 0;
}

std::string short_name(const Module& module) {
  if (is_vdso(module)) return "[vdso]";
  return presentable(std::string(base_name(module.path)));
}

void Symbolizer::name_all(std::span<CodePlace> places) {
  std::vector<std::vector<CodePlace*>> by_module(modules_.size());
  for (CodePlace& place : places) {
    const bool is_known = place.module < modules_.size() && modules_[place.module].end != 0;
    if (!is_known) place.module = 0;
    if (place.module != 0) by_module[place.module].push_back(&place);
  }
  for (std::size_t module = 1; module < by_module.size(); ++module) {
    if (modules_[module].end == 0) continue;
    std::sort(by_module[module].begin(), by_module[module].end(),
              [](const CodePlace* a, const CodePlace* b) { return a->address < b->address; });
    name_module(module, by_module[module]);
  }
  for (CodePlace& place : places) {
    place.has_function = !place.lines.empty();
    if (place.has_function) continue;
    const bool in_module = place.module != 0;
    const std::uint64_t bias = in_module ? modules_[place.module].load_bias : 0;
    const std::string module = in_module ? short_name(modules_[place.module]) : std::string();
    const std::string name = offset_name(module, place.address - bias);
    place.lines.push_back({name, name, {}, 0, 0});
  }
}

void Symbolizer::name_module(std::size_t index, std::span<CodePlace*> places) {
  const Module& module = modules_[index];
  const auto main = files_.module_file(module);
  if (main)
    for (const ElfFile::CodeSegment& segment : main->code_segments())
      ranges_[index].push_back({module.load_bias + segment.address,
                                module.load_bias + segment.address + segment.size, segment.offset});
  if (ranges_[index].empty()) ranges_[index].push_back({module.start, module.end, 0});
  if (places.empty() || is_own_module(module)) return;

  std::vector<std::uint64_t> addresses;
  for (const CodePlace* place : places) addresses.push_back(place->address - module.load_bias);
  std::sort(addresses.begin(), addresses.end());

  const auto debug = files_.debug_file(module, main.get());
  SymbolNames symbols(addresses);
  if (main) symbols.add(*main);
  if (debug) symbols.add(*debug);

  std::vector<SourcePlace> sources(addresses.size());
  const ElfFile* described = debug ? debug.get() : main.get();
  // The alternate file must outlive the reading of the one that refers to it.
  std::unique_ptr<ElfFile> alternate;
  OwnDwarf alternate_dwarf;
  if (const OwnDwarf dwarf = open_dwarf(described)) {
    alternate = files_.alternate_file(dwarf.get(), described->path());
    alternate_dwarf = open_dwarf(alternate.get());
    if (alternate_dwarf) dwarf_setalt(dwarf.get(), alternate_dwarf.get());
    sources = source_places(dwarf.get(), addresses);
  }
  Names names;
  for (std::size_t i = 0; i < places.size(); ++i)
    fill(sources[i], symbols.name(i), &names, places[i]);
}

}  // namespace leakhook
