// SPDX-License-Identifier: Apache-2.0
// Which loaded object made this call, and what does it say about itself? For the few functions
// whose meaning depends on the caller: dlopen (search paths) and timer_create (symbol versions).
//
// Keeps errno. The answer is valid while the call lasts: its caller cannot be unloaded.
#pragma once
#include "../base/dynamic_section.h"

namespace leakhook {

/// Of the object that holds this address; no entries when there is none (JIT code).
DynamicSection dynamic_section_at(const void* address);

/// Does the caller at this address mean `version` of `name`? Its relocations tell which one it
/// calls. When it has none for that name (it was tail-called, or got the address from dlsym) the
/// answer is that of all objects, if they agree.
bool means_version(const void* caller, const char* name, const char* version);

/// Does loading `library` from this object search other places than loading it from ours?
bool searches_its_own_way(const DynamicSection& object, const char* library);

}  // namespace leakhook
