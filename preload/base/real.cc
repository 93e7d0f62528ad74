// SPDX-License-Identifier: Apache-2.0
// The real functions: how each pointer of real.h finds its function.
#include "real.h"

#include <errno.h>
#include <malloc.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <string_view>
#include <type_traits>

#include "next_definition.h"
#include "system.h"

// --- each row says what libc's header says, where one does ------------------------------------

namespace leakhook::undeclared {
struct Nothing {};
#define INTERPOSED(ret, name, params, args) extern const Nothing name;
#include "../interposed.def"
}  // namespace leakhook::undeclared

// `::name` looks at the global names first and here only when there is none.
using namespace leakhook::undeclared;

namespace leakhook::real {
namespace {

/// But for noexcept, and noreturn where the compiler counts it.
template <class Row, class Libc>
constexpr bool agrees = std::is_convertible_v<Libc*, Row*>;
template <class Row>
constexpr bool agrees<Row, const undeclared::Nothing> = true;
/// A row spells out what libc leaves to `...`.
template <class Libc, class Row>
constexpr bool begins_as = false;
template <class R, class... Row>
constexpr bool begins_as<R(), R(Row...)> = true;
template <class R, class First, class... Fixed, class... Row>
constexpr bool begins_as<R(First, Fixed...), R(First, Row...)> = begins_as<R(Fixed...), R(Row...)>;
template <class Row, class R, class... A>
constexpr bool agrees<Row, R(A..., ...)> = begins_as<R(A...), Row>;
template <class Row, class R, class... A>
constexpr bool agrees<Row, R(A..., ...) noexcept> = begins_as<R(A...), Row>;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wignored-attributes"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // sigset
#define INTERPOSED(ret, name, params, args) \
  static_assert(agrees<ret params, decltype(::name)>, #name ": not what libc declares");
#include "../interposed.def"
#pragma GCC diagnostic pop

// --- until they are found -----------------------------------------------------------------------

constexpr bool starts_with(const char* text, const char* start) {
  for (; *start != 0; ++text, ++start)
    if (*text != *start) return false;
  return true;
}

/// What a function that libc lacks tells its caller.
template <class R>
R absent(const char* name) {
  if constexpr (std::is_integral_v<R>) {
    if (starts_with(name, "thrd_")) return thrd_error;
    if (starts_with(name, "pthread_") || starts_with(name, "posix_spawn")) return ENOSYS;
    errno = ENOSYS;
    return -1;
  } else if constexpr (std::is_pointer_v<R>) {
    errno = ENOSYS;
    return nullptr;
  }
}

#define INTERPOSED(ret, name, params, args)                    \
  ret first_##name params {                                    \
    resolve_all();                                             \
    if (real::name == first_##name) return absent<ret>(#name); \
    return real::name args;                                    \
  }
#include "../interposed.def"

/// libc has one version of each of these, and a library behind us may have just that. Not cfree: of
/// that libc has an old version alone, which would be taken for what gives back to another
/// allocator.
constexpr bool is_of_the_heap(std::string_view name) {
  for (const std::string_view one :
       {"malloc", "calloc", "realloc", "reallocarray", "memalign", "aligned_alloc", "valloc",
        "pvalloc", "posix_memalign", "malloc_usable_size", "free"})
    if (name == one) return true;
  return false;
}

void free_any_sized(void* block, size_t) { real::free(block); }
void free_any_aligned(void* block, size_t, size_t) { real::free(block); }

int close_range_by_kernel(unsigned first, unsigned last, int flags) {
  const long result = sys::call(SYS_close_range, first, last, flags);
  if (!sys::failed(result)) return 0;
  errno = static_cast<int>(-result);
  return -1;
}

void close_each_from(int first) {
  const int lowest = first < 0 ? 0 : first;
  if (!sys::failed(sys::call(SYS_close_range, lowest, ~0u, 0))) return;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  for (int fd = lowest; static_cast<rlim_t>(fd) < limit.rlim_max && fd < 1 << 20; ++fd)
    sys::close(fd);
}

template <class R, class... A>
void use_instead(R (*&pointer)(A...), R (*first)(A...), R (*instead)(A...)) {
  if (pointer == first) pointer = instead;
}

bool has_resolved = false;

}  // namespace

#define INTERPOSED(ret, name, params, args) ret(*name) params = first_##name;
#include "../interposed.def"

namespace borrowed {
#define BORROWED(pointer, type, name, version) Pointer<type> pointer = nullptr;
LEAKHOOK_BORROWED(BORROWED)
#undef BORROWED
}  // namespace borrowed

void resolve_all() {
  static const WantedFunction kWanted[] = {
#define INTERPOSED(ret, name, params, args)                           \
  {#name,                                                             \
   nullptr,                                                           \
   gnu_hash(#name),                                                   \
   reinterpret_cast<void*>(static_cast<ret(*) params>(first_##name)), \
   reinterpret_cast<AnyFunction*>(&real::name),                       \
   is_of_the_heap(#name)},
#include "../interposed.def"
#define BORROWED(pointer, type, name, version) \
  {name, version, gnu_hash(name), nullptr, reinterpret_cast<AnyFunction*>(&borrowed::pointer)},
      LEAKHOOK_BORROWED(BORROWED)
#undef BORROWED
  };
  find_next_definitions(kWanted);
  use_instead(cfree, first_cfree, real::free);
  use_instead(free_sized, first_free_sized, free_any_sized);
  use_instead(free_aligned_sized, first_free_aligned_sized, free_any_aligned);
  use_instead(close_range, first_close_range, close_range_by_kernel);
  use_instead(closefrom, first_closefrom, close_each_from);
  __atomic_store_n(&has_resolved, true, __ATOMIC_RELEASE);  // pairs with is_resolved()
}

bool is_resolved() {
  return __atomic_load_n(&has_resolved, __ATOMIC_ACQUIRE);  // pairs with resolve_all()
}

}  // namespace leakhook::real
