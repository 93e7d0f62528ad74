// SPDX-License-Identifier: Apache-2.0
// What is this function called where its linker name is not written down?
#include "dwarf_names.h"

#include <dwarf.h>

namespace leakhook {
namespace {

constexpr int kMostSteps = 64;

std::string linkage_name(Dwarf_Die* die) {
  Dwarf_Attribute found;
  for (const unsigned attribute : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (dwarf_attr_integrate(die, attribute, &found)) return text_of(dwarf_formstring(&found));
  return {};
}

/// Where the function is declared: behind the copies of it that were inlined or defined elsewhere.
Dwarf_Die declaration_of(Dwarf_Die die) {
  for (int step = 0; step < kMostSteps; ++step) {
    Dwarf_Attribute link;
    Dwarf_Die next;
    const bool has_link = dwarf_attr(&die, DW_AT_abstract_origin, &link) ||
                          dwarf_attr(&die, DW_AT_specification, &link);
    if (!has_link || !dwarf_formref_die(&link, &next)) break;
    die = next;
  }
  return die;
}

bool has_no_scopes(int language) {
  switch (language) {
    case DW_LANG_C89:
    case DW_LANG_C:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case DW_LANG_Mips_Assembler:
      return true;
    default:
      return false;
  }
}

/// What a scope adds to the names in it.
std::string prefix_of(Dwarf_Die* scope) {
  const std::string name = text_of(dwarf_diename(scope));
  switch (dwarf_tag(scope)) {
    case DW_TAG_namespace:
      return name.empty() ? "(anonymous namespace)::" : name + "::";
    case DW_TAG_subprogram:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
      return name.empty() ? "" : name + "::";
    default:
      return {};
  }
}

/// Of the children of `scope` the one whose subtree reaches over `offset`: entries lie in the order
/// of their offsets.
bool child_around(Dwarf_Die* scope, Dwarf_Off offset, Dwarf_Die* found) {
  Dwarf_Die child;
  if (dwarf_child(scope, &child) != 0) return false;
  do {
    if (dwarf_dieoffset(&child) > offset) break;
    *found = child;
  } while (dwarf_siblingof(&child, &child) == 0);
  return dwarf_dieoffset(found) <= offset;
}

std::string scopes_of(Dwarf_Die declaration) {
  Dwarf_Die scope;
  if (!dwarf_diecu(&declaration, &scope, nullptr, nullptr)) return {};
  if (has_no_scopes(dwarf_srclang(&scope))) return {};
  const Dwarf_Off wanted = dwarf_dieoffset(&declaration);
  std::string prefixes;
  for (int depth = 0; depth < kMostSteps; ++depth) {
    Dwarf_Die child = scope;
    if (!child_around(&scope, wanted, &child) || dwarf_dieoffset(&child) == wanted) break;
    prefixes += prefix_of(&child);
    scope = child;
  }
  return prefixes;
}

}  // namespace

const DwarfNames::Name& DwarfNames::of(Dwarf_Die* die) {
  const Dwarf_Die declaration = declaration_of(*die);
  const auto [at, is_new] = known_.try_emplace(declaration.addr);
  if (!is_new) return at->second;
  Name& name = at->second;
  name.text = linkage_name(die);
  name.is_linkage = !name.text.empty();
  if (name.is_linkage) return name;
  name.text = text_of(dwarf_diename(die));
  if (!name.text.empty()) name.text = scopes_of(declaration) + name.text;
  return name;
}

}  // namespace leakhook
