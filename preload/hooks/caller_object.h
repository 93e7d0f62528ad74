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

/// Does it bind `name` to `version`? Looks at its relocations, thus at what it calls, not at what
/// else it knows.
bool binds_to_version(const DynamicSection& object, const char* name, const char* version);

/// Does loading `library` from this object search other places than loading it from ours?
bool searches_its_own_way(const DynamicSection& object, const char* library);

}  // namespace leakhook
