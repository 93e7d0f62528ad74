// SPDX-License-Identifier: Apache-2.0
// The segment of this process: made once, taken over by forked children.
//
// A forked child goes on in its copy of the parent's pages, which costs nothing until it writes:
// births up to the fork are inherited, see Header::inherited_until. Only a segment in a file is
// shared with the parent by nature and must be copied into a file of the child's own.
#include "books.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "../../unwind/capture.h"
#include "../base/allocator.h"
#include "../base/line.h"
#include "../base/next_definition.h"
#include "../base/system.h"
#include "../ledger/sample_filter.h"
#include "../ledger/segment.h"
#include "../ledger/tables.h"
#include "../ledger/threads.h"
#include "headroom.h"
#include "process.h"

namespace leakhook::life {
namespace {

using ledger::segment;

/// DIR/leakhook.EXE.PID.lhk, or with .2, .3 … before the suffix where that name is taken.
Text<1024> name_of_file(int attempt) {
  Text<1024> path;
  path << process.settings.DIR.value << "/leakhook.";
  path.file_name(process.program) << '.' << static_cast<std::uint64_t>(sys::getpid());
  if (attempt > 1) path << '.' << attempt;
  path << ".lhk";
  return path;
}

/// −1: cannot be made, said.
int make_file(std::uint64_t size) {
  long fd = file_may_have(size) ? -EEXIST : -EFBIG;
  int attempt = 0;
  while (fd == -EEXIST && ++attempt < 100)
    fd = sys::open(name_of_file(attempt).c_str(),
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (!sys::failed(fd)) {
    const long result = sys::call(SYS_ftruncate, fd, static_cast<long>(size));
    if (!sys::failed(result)) return static_cast<int>(fd);
    sys::close(static_cast<int>(fd));
    sys::call(SYS_unlinkat, AT_FDCWD, sys::word(name_of_file(attempt).c_str()), 0);
    fd = result;
  }
  Line line;
  line << "cannot keep the segment in " << process.settings.DIR.value << " (error "
       << static_cast<int>(-fd) << "): it will not survive the process";
  say(line.c_str());
  return -1;
}

bool make(std::uint64_t memory, ledger::Segment* out) {
  if (process.settings.DIR.value[0] != 0) {
    RegionExtent plan[static_cast<int>(Region::count)];
    const int fd = make_file(ledger::plan_regions(memory, plan));
    const bool is_made = fd >= 0 && ledger::make_segment(memory, fd, out);
    if (fd >= 0) sys::close(fd);
    if (is_made) return true;
    if (fd >= 0) say("no room for the segment in LEAKHOOK_DIR: it will not survive the process");
  }
  return ledger::make_segment(memory, -1, out);
}

void set_identity(Header& header) {
  header.pid = static_cast<std::int32_t>(sys::getpid());
  header.parent_pid = static_cast<std::int32_t>(sys::call(SYS_getppid));
  header.process_start_ticks = process.start_ticks;
  header.is_first_of_tree = process.is_first_of_tree;
  header.start_realtime_ns = sys::nanoseconds(CLOCK_REALTIME);
  segment.owner = header.pid;
}

void set_command(Header& header, char** argv) {
  Text<sizeof header.command> command;
  for (int i = 0; argv[i] != nullptr && !command.is_cut(); ++i)
    command << (i > 0 ? " " : "") << argv[i];
  copy_text(header.command, command.c_str());
}

/// Absolute, with the working directory before it. False: does not fit.
bool set_output(SettingsInForce& settings, const char* output) {
  Text<sizeof settings.output> absolute;
  const bool is_relative = output[0] != '/';
  if (is_relative) absolute << process.directory << '/';
  absolute << output;
  const bool fits = !absolute.is_cut() && !(is_relative && process.directory[0] == 0);
  copy_text(settings.output, fits ? absolute.c_str() : "");
  return fits;
}

/// ALLOCATOR. What cannot be had is said, and the heap stays where it is.
Allocator allocator_in_force(char** argv) {
  if (process.settings.ALLOCATOR != Allocator::mimalloc) return Allocator::system;
  int count = 0;
  while (argv[count] != nullptr) ++count;
  char** environment = argv + count + 1;  // where the kernel puts it
  const char* reason = allocator::move_to_mimalloc({count, argv, environment});
  if (reason == nullptr) return Allocator::mimalloc;
  Line line;
  line << "LEAKHOOK_ALLOCATOR=mimalloc is not in force: " << reason;
  say(line.c_str());
  return Allocator::system;
}

void set_settings(SettingsInForce& settings) {
  settings.sample_bytes = segment.sample_bytes = process.settings.SAMPLE;
  settings.kinds = segment.kinds = process.settings.KINDS.set;
  const bool is_heap_exact = segment.sample_bytes <= 1 && (segment.kinds & bit_of(Kind::heap)) != 0;
  is_heap_exact ? ledger::sample_filter.turn_off() : ledger::sample_filter.turn_on();
  settings.verbose = process.settings.VERBOSE;
  if (!set_output(settings, process.settings.OUTPUT.value) && process.is_first_of_tree) {
    Line line;
    line << "LEAKHOOK_OUTPUT is relative to a working directory that nobody knows, or has more than "
         << std::uint64_t{sizeof settings.output - 1}
         << " characters with it: no dumps; give an absolute path";
    say(line.c_str());
  }
  copy_text(settings.exporter, process.exporter);
}

std::uint64_t main_stack_size() {
  constexpr std::uint64_t kUsual = 8 << 20, kMost = 64 << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUsual;
  return limit.rlim_cur < kMost ? limit.rlim_cur : kMost;
}

/// A file segment is shared with the parent: what is in use goes into a file of our own, which
/// takes the place of the parent's, so that the records which threads point to stay where they are.
bool move_into_own_file() {
  const int fd = make_file(segment.size);
  bool is_moved = fd >= 0 && segment.move_to(fd);
  if (fd >= 0 && !is_moved)
    say("no room for the segment in LEAKHOOK_DIR: it will not survive the process");
  if (!is_moved) is_moved = segment.move_to(-1);
  if (fd >= 0) sys::close(fd);
  if (is_moved && segment.sample_bytes > 1) ledger::sample_filter.count_again();
  return is_moved;
}

/// Everything ever allocated was allocated by the parent. Private pages can simply be dropped.
void clear_counts() {
  char* counts = segment.records<char>(Region::counts);
  const std::uint64_t size = segment.extent(Region::counts).committed.load();
  if (segment.is_file)
    std::memset(counts, 0, size);
  else
    sys::call(SYS_madvise, sys::word(counts), static_cast<long>(size), MADV_DONTNEED);
}

/// `memory`, or less where a limit of the process is small.
std::uint64_t within_limits(std::uint64_t memory) {
  for (const int resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) continue;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur / 32 < memory)
      memory = limit.rlim_cur / 32;
  }
  return memory;
}

}  // namespace

std::uint64_t allowed_memory() {
  const std::uint64_t wanted = process.settings.MEMORY;
  const std::uint64_t of_groups = limit_of_groups() / 4;
  return within_limits(of_groups < wanted ? of_groups : wanted);
}

void follow_limits() {
  const std::uint64_t planned = segment.header->settings.memory_bytes;
  const std::uint64_t memory = within_limits(planned);
  if (memory < planned) segment.give_back(memory);
}

void look_for_no_blocks() { ledger::sample_filter.turn_on(); }

bool open_books(std::uint64_t memory) {
  if (!make(memory, &segment)) return false;
  segment.owner = static_cast<std::int32_t>(sys::getpid());
  return ledger::prepare_tables();
}

void describe_process(char** argv, std::uint64_t stack_top) {
  Header& header = *segment.header;
  header.layout_version = kLayoutVersion;
  header.header_size = kHeaderSize;
  header.birth_shift = 1;
  header.start_monotonic_ns = sys::nanoseconds(CLOCK_MONOTONIC);
  header.libc_hooked = !is_defined_before_us("malloc");
  if (!header.libc_hooked) segment.count(Counter::allocator_not_hooked);
  copy_text(header.version, LEAKHOOK_VERSION);
  copy_text(header.program, process.program);
  copy_text(header.executable, process.executable);
  set_command(header, argv);
  set_settings(header.settings);
  header.settings.allocator = allocator_in_force(argv);
  set_identity(header);
  header.magic = kSegmentMagic;
  ledger::main_thread(process.name, stack_top - main_stack_size(), stack_top);
}

bool take_over_books() {
  look_again_after_fork();
  ledger::nobody_grows();
  if (segment.is_file && !move_into_own_file()) return false;
  Header& header = *segment.header;
  const std::uint64_t age = sys::nanoseconds(CLOCK_MONOTONIC) - header.start_monotonic_ns;
  header.inherited_until = Birth::encode(age / 1'000'000'000 + header.birth_shift);
  ++header.birth_shift;
  header.is_forked = 1;
  header.state.store(ProcessState::running, std::memory_order_relaxed);
  set_identity(header);
  unwind::reset_after_fork();
  clear_counts();
  ledger::keep_what_fork_copies();
  return true;
}

}  // namespace leakhook::life
