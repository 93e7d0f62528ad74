// SPDX-License-Identifier: Apache-2.0
// What is this function called where its linker name is not written down? Compilers leave it out
// for functions that no other file can see; their scopes still tell it.
#pragma once
#include <elfutils/libdw.h>

#include <string>
#include <unordered_map>

namespace leakhook {

/// What libdw says; nothing where it says nothing.
inline std::string text_of(const char* value) { return value ? value : ""; }

/// Names of functions and inlined calls of one unit; each definition is looked up once.
class DwarfNames {
 public:
  struct Name {
    std::string text;
    bool is_linkage = false;  ///< mangled, or that of a C function
  };

  const Name& of(Dwarf_Die* die);

 private:
  std::unordered_map<const void*, Name> known_;  ///< by place of the definition in the debug data
};

}  // namespace leakhook
