// SPDX-License-Identifier: Apache-2.0
// How the heap moves to mimalloc, and who serves a block afterwards.
#include "allocator.h"

#include <errno.h>
#include <sys/mman.h>

#include <cstdint>

#include "dynamic_section.h"
#include "next_definition.h"
#include "real.h"
#include "system.h"

namespace leakhook::allocator {
namespace {

// The part of mimalloc's interface that is used; the same in all versions that its file name
// stands for.
constexpr char kFile[] = "libmimalloc.so.2";
constexpr int kOptionOnlyArenas = 17;  // mi_option_limit_os_alloc: memory from our range alone

struct Mimalloc {
#define HEAP_ACQUIRE(name, params, args, size) void*(*name)params;
#define HEAP_RELEASE(name, params, args, block)
#include "../interposed.def"
  void (*free)(void*);
  void* (*realloc)(void*, size_t);
  int (*posix_memalign)(void**, size_t, size_t);
  size_t (*malloc_usable_size)(const void*);
  void (*option_set)(int option, long value);
  bool (*manage_os_memory)(void* start, size_t size, bool is_committed, bool is_large, bool is_zero,
                           int numa_node);
};
constinit Mimalloc mimalloc{};

/// The functions that served before.
struct Earlier {
#define HEAP_ACQUIRE(name, params, args, size) void*(*name)params;
#define HEAP_RELEASE(name, params, args, block) void(*name) params;
#include "../interposed.def"
  void* (*realloc)(void*, size_t);
  int (*posix_memalign)(void**, size_t, size_t);
  size_t (*malloc_usable_size)(void*);
};
constinit Earlier earlier{};

/// The range; empty until the heap has moved.
constinit std::uintptr_t range_start = 0;
constinit std::uintptr_t range_size = 0;

bool is_mimallocs(const void* block) {
  return reinterpret_cast<std::uintptr_t>(block) - range_start < range_size;
}

// --- who serves: mimalloc, then the earlier allocator, whose errno a failure has --------------

#define HEAP_ACQUIRE(name, params, args, size) \
  void* serve_##name params {                  \
    void* block = mimalloc.name args;          \
    if (block == nullptr) [[unlikely]]         \
      return earlier.name args;                \
    return block;                              \
  }
#define HEAP_RELEASE(name, params, args, block) \
  void serve_##name params {                    \
    if (is_mimallocs(block)) [[likely]]         \
      mimalloc.free(block);                     \
    else                                        \
      earlier.name args;                        \
  }
#include "../interposed.def"

int serve_posix_memalign(void** block, size_t alignment, size_t size) {
  return mimalloc.posix_memalign(block, alignment, size) == 0
             ? 0
             : earlier.posix_memalign(block, alignment, size);
}

void* serve_realloc(void* block, size_t size) {
  if (block == nullptr) return serve_malloc(size);
  if (!is_mimallocs(block)) return earlier.realloc(block, size);
  if (size == 0) {  // as glibc does; mimalloc would return a new block
    mimalloc.free(block);
    return nullptr;
  }
  void* moved = mimalloc.realloc(block, size);
  if (moved == nullptr) errno = ENOMEM;  // mimalloc does not always say it
  return moved;
}

size_t serve_malloc_usable_size(void* block) {
  return is_mimallocs(block) ? mimalloc.malloc_usable_size(block)
                             : earlier.malloc_usable_size(block);
}

// --- the move ---------------------------------------------------------------------------------

template <class R, class... A>
bool find(void* library, const char* name, R (*&function)(A...)) {
  function = reinterpret_cast<R (*)(A...)>(real::borrowed::find_symbol(library, name));
  return function != nullptr;
}

bool find_all(void* library) {
  bool is_whole = true;
#define FIND(name) is_whole = is_whole && find(library, "mi_" #name, mimalloc.name);
#define HEAP_ACQUIRE(name, params, args, size) FIND(name)
#define HEAP_RELEASE(name, params, args, block)
#include "../interposed.def"
  FIND(free)
  FIND(realloc)
  FIND(posix_memalign)
  FIND(malloc_usable_size)
  FIND(option_set)
  FIND(manage_os_memory)
#undef FIND
  return is_whole;
}

/// libc among the loaded objects: where a function is that nobody replaces.
struct Libc {
  DynamicSection section;
  bool has_heap = false;
};

bool contains(const dl_phdr_info& object, const void* address) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object.dlpi_phdr[i];
    const ElfW(Addr) start = object.dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_LOAD && reinterpret_cast<ElfW(Addr)>(address) - start < part.p_memsz)
      return true;
  }
  return false;
}

int look_for_libc(dl_phdr_info* object, std::size_t, void* found) {
  if (!contains(*object, reinterpret_cast<void*>(real::shmdt))) return 0;
  auto* libc = static_cast<Libc*>(found);
  libc->section = dynamic_section_of(*object);
  libc->has_heap = contains(*object, reinterpret_cast<void*>(real::malloc));
  return 1;
}

/// We run before libc's initialisers, and dlopen would make up for that with arguments that it has
/// from them: none. So they run with the right ones first. They store what they are given; the
/// second time, as dlopen then has it, changes nothing.
void initialise(const DynamicSection& libc, const Arguments& arguments) {
  using Initialiser = void (*)(int, char**, char**);
  const auto* initialisers = libc.table<Initialiser>(DT_INIT_ARRAY);
  if (initialisers == nullptr) return;
  for (std::size_t i = 0; i < libc.number(DT_INIT_ARRAYSZ) / sizeof *initialisers; ++i)
    initialisers[i](arguments.count, arguments.values, arguments.environment);
}

/// Address space that costs nothing until mimalloc opens parts of it. A limit on address space
/// refuses it, which is right: it would be used up by this alone.
bool reserve_range() {
  constexpr std::uintptr_t kAlignment = 64 << 20;  // two of mimalloc's segments
  for (int shift = 40; shift >= 38; --shift) {
    const std::uintptr_t size = std::uintptr_t{1} << shift;
    const long at = sys::call(SYS_mmap, 0, static_cast<long>(size + kAlignment), PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (sys::failed(at)) continue;
    const auto start = static_cast<std::uintptr_t>(at);
    range_start = (start + kAlignment - 1) & ~(kAlignment - 1);
    range_size = size;
    const std::uintptr_t before = range_start - start;
    if (before != 0) sys::unmap(reinterpret_cast<void*>(start), before);
    if (before != kAlignment)
      sys::unmap(reinterpret_cast<void*>(range_start + size), kAlignment - before);
    return true;
  }
  return false;
}

/// False: it allocates elsewhere too, or not here.
bool is_confined() {
  mimalloc.option_set(kOptionOnlyArenas, 1);
  void* block = mimalloc.malloc(64);  // there is no range yet
  const bool is_obeying = block == nullptr;
  if (!is_obeying) mimalloc.free(block);
  if (!is_obeying || !reserve_range()) return false;
  if (!mimalloc.manage_os_memory(reinterpret_cast<void*>(range_start), range_size, false, false,
                                 true, -1))
    return false;
  block = mimalloc.malloc(64);
  if (block == nullptr) return false;
  const bool is_inside = is_mimallocs(block);
  mimalloc.free(block);
  return is_inside;
}

void point_at_mimalloc() {
#define MOVE(name) earlier.name = real::name, real::name = serve_##name;
#define HEAP_ACQUIRE(name, params, args, size) MOVE(name)
#define HEAP_RELEASE(name, params, args, block) MOVE(name)
#include "../interposed.def"
  MOVE(realloc)
  MOVE(posix_memalign)
  MOVE(malloc_usable_size)
#undef MOVE
}

}  // namespace

const char* move_to_mimalloc(const Arguments& arguments) {
  Libc libc;
  dl_iterate_phdr(look_for_libc, &libc);
  // Another allocator may have entries of its own (operator new, sdallocx ...) that lead past us
  // and would meet our blocks.
  if (!libc.has_heap || is_defined_before_us("malloc")) return "the program has its own allocator";
  initialise(libc.section, arguments);
  // Deep: its calls of libc are no business of our hooks. Local: nobody finds its malloc.
  void* library = real::dlopen(kFile, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (real::borrowed::find_symbol == nullptr || real::borrowed::last_error == nullptr)
    return "this libc has its dlopen elsewhere";
  // Once asked for, the error is gone for the program.
  if (library == nullptr) return real::borrowed::last_error();
  if (!find_all(library)) return real::borrowed::last_error();
  if (!is_confined()) {
    if (range_size != 0) sys::unmap(reinterpret_cast<void*>(range_start), range_size);
    range_start = range_size = 0;
    return "mimalloc gets no range of its own in this address space";
  }
  point_at_mimalloc();
  return nullptr;
}

int flags_for_dlopen(int flags) { return range_size != 0 ? flags & ~RTLD_DEEPBIND : flags; }

}  // namespace leakhook::allocator
