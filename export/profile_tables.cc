// SPDX-License-Identifier: Apache-2.0
// The tables behind the samples of a profile.
#include "profile_tables.h"

#include "segment_view.h"

namespace leakhook {

ProfileTables::ProfileTables(const StackBook& book, perftools::profiles::Profile* profile)
    : book_(book), profile_(*profile) {
  text("");
  // Clients take the first mapping for the main binary, also when no sample lies in it.
  if (const std::size_t main = book.main_module()) add_mapping(main, book.ranges(main)[0]);
}

std::int64_t ProfileTables::text(const std::string& text) {
  const auto [at, is_new] = texts_.try_emplace(text, profile_.string_table_size());
  if (is_new) profile_.add_string_table(text);
  return at->second;
}

std::uint64_t ProfileTables::location(const ShownFrame& frame) {
  const std::uint64_t key = std::uint64_t{frame.place} << 32 | frame.skip;
  const auto [at, is_new] = locations_.try_emplace(key, profile_.location_size() + 1);
  if (!is_new) return at->second;
  const CodePlace& place = book_.places()[frame.place];
  auto* location = profile_.add_location();
  location->set_id(at->second);
  location->set_address(place.address);
  if (place.module != 0) {
    location->set_mapping_id(mapping(place.module, place.address));
    if (location->mapping_id() != 0) note(location->mapping_id(), place, frame.skip);
  }
  for (std::size_t i = frame.skip; i < place.lines.size(); ++i) {
    auto* line = location->add_line();
    line->set_function_id(function(place.lines[i]));
    line->set_line(place.lines[i].line);
  }
  return at->second;
}

std::uint64_t ProfileTables::mapping(std::size_t index, std::uint64_t address) {
  for (const CodeRange& range : book_.ranges(index))
    if (range.start <= address && address < range.limit) return add_mapping(index, range);
  // Code outside of what the file calls code: patched, or the file of another build.
  const Module& module = book_.modules()[index];
  const bool is_inside = module.start <= address && address < module.end;
  return is_inside ? add_mapping(index, {module.start, module.end, 0}) : 0;
}

std::uint64_t ProfileTables::add_mapping(std::size_t module, const CodeRange& range) {
  const auto [at, is_new] = mappings_.try_emplace(std::tuple(module, range.start, range.limit),
                                                  profile_.mapping_size() + 1);
  if (!is_new) return at->second;
  const Module& described = book_.modules()[module];
  auto* mapping = profile_.add_mapping();
  mapping->set_id(at->second);
  mapping->set_memory_start(range.start);
  mapping->set_memory_limit(range.limit);
  mapping->set_file_offset(range.file_offset);
  mapping->set_filename(text(is_vdso(described) ? "[vdso]" : presentable(described.path)));
  mapping->set_build_id(text(hex(described.build_id)));
  seen_.emplace_back();
  return at->second;
}

std::uint64_t ProfileTables::function(const CodeLine& line) {
  const std::tuple key(text(line.name), text(line.system_name), text(line.file), line.start_line);
  const auto [at, is_new] = functions_.try_emplace(key, profile_.function_size() + 1);
  if (!is_new) return at->second;
  auto* function = profile_.add_function();
  function->set_id(at->second);
  function->set_name(std::get<0>(key));
  function->set_system_name(std::get<1>(key));
  function->set_filename(std::get<2>(key));
  function->set_start_line(line.start_line);
  return at->second;
}

void ProfileTables::note(std::uint64_t mapping, const CodePlace& place, std::size_t skip) {
  Seen& seen = seen_[mapping - 1];
  seen.functions &= place.has_function;
  seen.inline_frames &= place.knows_inlines;
  for (std::size_t i = skip; i < place.lines.size(); ++i) {
    seen.filenames &= !place.lines[i].file.empty();
    seen.line_numbers &= place.lines[i].line != 0;
  }
}

void ProfileTables::finish() {
  for (int i = 0; i < profile_.mapping_size(); ++i) {
    auto* mapping = profile_.mutable_mapping(i);
    const Seen& seen = seen_[static_cast<std::size_t>(i)];
    mapping->set_has_functions(seen.functions);
    mapping->set_has_filenames(seen.functions && seen.filenames);
    mapping->set_has_line_numbers(seen.functions && seen.line_numbers);
    mapping->set_has_inline_frames(seen.functions && seen.inline_frames);
  }
}

}  // namespace leakhook
