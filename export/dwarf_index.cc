// SPDX-License-Identifier: Apache-2.0
// Which functions and lines stand behind an address?
#include "dwarf_index.h"

#include <dwarf.h>

#include <algorithm>

#include "dwarf_names.h"

namespace leakhook {
namespace {

/// A range of places in the sorted addresses.
struct Span {
  std::size_t begin;
  std::size_t end;
};

constexpr int kDeepest = 256;

std::int64_t number_of(Dwarf_Die* die, unsigned attribute) {
  Dwarf_Attribute found;
  Dwarf_Word value = 0;
  if (!dwarf_attr(die, attribute, &found) || dwarf_formudata(&found, &value) != 0) return 0;
  return static_cast<std::int64_t>(value);
}

/// Scopes between a unit and its functions.
bool holds_functions(int tag) { return tag == DW_TAG_namespace || tag == DW_TAG_module; }

/// Types hold functions only in some languages, and walking all of them is what takes time.
bool is_type(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type ||
         tag == DW_TAG_enumeration_type || tag == DW_TAG_variant_part || tag == DW_TAG_variant;
}

class UnitWalk {
 public:
  UnitWalk(std::span<const std::uint64_t> sorted, std::vector<SourcePlace>* places)
      : sorted_(sorted), places_(*places), chains_(sorted.size()) {}

  /// `lines`: the unit that has the line table; `tree`: the one that has the functions.
  void visit(Dwarf_Die lines, Dwarf_Die tree) {
    const std::vector<Span> covered = spans_of(&lines);
    if (covered.empty()) return;
    visit_scope(tree, 0, false);
    if (any_bare(covered)) visit_scope(tree, 0, true);
    Dwarf_Files* files = nullptr;
    std::size_t file_count = 0;
    if (dwarf_getsrcfiles(&tree, &files, &file_count) != 0) files = nullptr;
    for (const Span& span : covered)
      for (std::size_t i = span.begin; i < span.end; ++i) tell(&lines, files, file_count, i);
  }

 private:
  struct Link {
    Dwarf_Die die;
    bool is_inlined;
  };

  std::vector<Span> spans_of(Dwarf_Die* die) const {
    std::vector<Span> spans;
    Dwarf_Addr base = 0, low = 0, high = 0;
    std::ptrdiff_t at = 0;
    while ((at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
      // Functions that the linker threw away keep an address of 0 or 1.
      if (low <= 1 || low >= high) continue;
      const auto first = std::lower_bound(sorted_.begin(), sorted_.end(), low);
      const auto last = std::lower_bound(first, sorted_.end(), high);
      if (first != last)
        spans.push_back({static_cast<std::size_t>(first - sorted_.begin()),
                         static_cast<std::size_t>(last - sorted_.begin())});
    }
    return spans;
  }

  bool any_bare(const std::vector<Span>& spans) const {
    for (const Span& span : spans)
      for (std::size_t i = span.begin; i < span.end; ++i)
        if (chains_[i].empty()) return true;
    return false;
  }

  void visit_scope(Dwarf_Die scope, int depth, bool with_types) {
    Dwarf_Die child;
    if (depth > kDeepest || dwarf_child(&scope, &child) != 0) return;
    do {
      const int tag = dwarf_tag(&child);
      if (tag == DW_TAG_subprogram) visit_function(child, depth + 1);
      if (holds_functions(tag) || (with_types && is_type(tag)))
        visit_scope(child, depth + 1, with_types);
    } while (dwarf_siblingof(&child, &child) == 0);
  }

  void visit_function(Dwarf_Die function, int depth) {
    // The same code may be described twice; the first description keeps it.
    std::vector<std::size_t> mine;
    for (const Span& span : spans_of(&function))
      for (std::size_t i = span.begin; i < span.end; ++i)
        if (chains_[i].empty()) mine.push_back(i);
    if (mine.empty()) return;
    for (const std::size_t i : mine) chains_[i].push_back({function, false});
    visit_body(function, mine, depth);
  }

  /// `mine`: ascending places whose chains end in the function or inlined call that holds `body`.
  void visit_body(Dwarf_Die body, const std::vector<std::size_t>& mine, int depth) {
    Dwarf_Die child;
    if (depth > kDeepest || dwarf_child(&body, &child) != 0) return;
    do {
      const int tag = dwarf_tag(&child);
      if (tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block)
        visit_body(child, mine, depth + 1);
      if (tag == DW_TAG_subprogram) visit_function(child, depth + 1);
      if (tag == DW_TAG_inlined_subroutine) visit_inlined(child, mine, depth);
    } while (dwarf_siblingof(&child, &child) == 0);
  }

  void visit_inlined(Dwarf_Die call, const std::vector<std::size_t>& outer, int depth) {
    std::vector<std::size_t> mine;
    for (const Span& span : spans_of(&call))
      for (auto at = std::lower_bound(outer.begin(), outer.end(), span.begin);
           at != outer.end() && *at < span.end; ++at)
        mine.push_back(*at);
    if (mine.empty()) return;
    std::sort(mine.begin(), mine.end());
    mine.erase(std::unique(mine.begin(), mine.end()), mine.end());
    for (const std::size_t i : mine) chains_[i].push_back({call, true});
    visit_body(call, mine, depth + 1);
  }

  void tell(Dwarf_Die* unit, Dwarf_Files* files, std::size_t file_count, std::size_t i) {
    SourcePlace& place = places_[i];
    if (!place.frames.empty() || place.line != 0) return;
    int line_number = 0;
    if (Dwarf_Line* line = dwarf_getsrc_die(unit, sorted_[i])) {
      place.file = text_of(dwarf_linesrc(line, nullptr, nullptr));
      if (dwarf_lineno(line, &line_number) == 0) place.line = line_number;
    }
    std::string file = place.file;
    std::int64_t line = place.line;
    for (auto link = chains_[i].rbegin(); link != chains_[i].rend(); ++link) {
      SourceFrame& frame = place.frames.emplace_back(named(&link->die));
      frame.file = file;
      frame.line = line;
      if (!link->is_inlined) continue;
      const auto call_file = static_cast<std::size_t>(number_of(&link->die, DW_AT_call_file));
      file = files && call_file < file_count
                 ? text_of(dwarf_filesrc(files, call_file, nullptr, nullptr))
                 : std::string();
      line = number_of(&link->die, DW_AT_call_line);
    }
  }

  SourceFrame named(Dwarf_Die* die) {
    SourceFrame frame;
    const DwarfNames::Name& name = names_.of(die);
    frame.system_name = name.text;
    frame.is_linkage = name.is_linkage;
    int declared = 0;
    if (dwarf_decl_line(die, &declared) == 0) frame.start_line = declared;
    return frame;
  }

  std::span<const std::uint64_t> sorted_;
  std::vector<SourcePlace>& places_;
  DwarfNames names_;
  std::vector<std::vector<Link>> chains_;  ///< outermost first, as the walk meets them
};

}  // namespace

std::vector<SourcePlace> source_places(Dwarf* dwarf, std::span<const std::uint64_t> sorted) {
  std::vector<SourcePlace> places(sorted.size());
  UnitWalk walk(sorted, &places);
  Dwarf_CU* unit = nullptr;
  Dwarf_Die lines, tree;
  std::uint8_t type = 0;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, &type, &lines, &tree) == 0) {
    if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
    const bool is_split = type == DW_UT_skeleton && tree.addr != nullptr;
    walk.visit(lines, is_split ? tree : lines);
  }
  return places;
}

}  // namespace leakhook
