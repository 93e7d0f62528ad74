// SPDX-License-Identifier: Apache-2.0
// Where is the definition of a function behind ours? What dlsym(RTLD_NEXT) and dlvsym answer, asked
// of the loaded objects themselves.
//
// Not dlsym: a miss there allocates and changes what dlerror() says, before glibc 2.34 it lives in
// a library that a program need not have, and before 2.36 it found the oldest version of a name.
// Here nothing is allocated, so the first malloc of a process may ask.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace leakhook {

/// The hash of DT_GNU_HASH tables.
constexpr std::uint32_t gnu_hash(const char* name) {
  std::uint32_t hash = 5381;
  for (; *name != 0; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
  return hash;
}

/// Any function pointer, looked at as one word.
using AnyFunction __attribute__((may_alias)) = void*;

/// One question. Open as long as *slot == unanswered.
struct WantedFunction {
  const char* name;
  const char* version;  ///< null: the default one
  std::uint32_t hash;   ///< gnu_hash(name)
  void* unanswered;
  AnyFunction* slot;  ///< where the answer goes, in one store
  /// A version that no new program is linked to will do, too, where an object has no default one:
  /// programs ask for a version, which libc_malloc_debug.so has of malloc in this way alone.
  bool may_be_hidden = false;
};

/// Answers the open ones from the objects behind our own, in the loader's order. Takes the lock of
/// dl_iterate_phdr; several threads may ask at once and get the same answers.
void find_next_definitions(std::span<const WantedFunction> wanted);

/// Does the program itself (or a library preloaded before ours) define this function, so that
/// nobody calls ours? Takes the same lock.
bool is_defined_before_us(const char* name);

}  // namespace leakhook
