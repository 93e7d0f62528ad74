// SPDX-License-Identifier: Apache-2.0
// The hooks of child processes that are started by libc itself, and of waiting for any child.
//
// A child is released after the wait that reaped it: before, nobody knows which one it will be, and
// its number comes round again only when all others have been used.
#include <errno.h>

#include "caller_object.h"
#include "declarations.h"

namespace leakhook {
namespace {

std::uint64_t identity_of(pid_t pid) { return static_cast<std::uint64_t>(pid); }

int spawned(const ledger::Caller& caller, int error, pid_t pid, const char* name) {
  if (error == 0) ledger::acquired(caller, Kind::process, identity_of(pid), name);
  return error;
}

/// A program that was linked before glibc 2.15 means a posix_spawn that gives a script without "#!"
/// to the shell; the newer one fails.
real::borrowed::OldSpawn* meant(const void* caller, const char* name,
                                real::borrowed::OldSpawn* newer, real::borrowed::OldSpawn* older) {
  return older != nullptr && means_version(caller, name, "GLIBC_2.2.5") ? older : newer;
}

/// After a wait for `asked` that gave `pid` and filled `status`: has a child gone for good?
pid_t waited(pid_t asked, pid_t pid, const int* status, int options) {
  if (pid > 0 && (WIFEXITED(*status) || WIFSIGNALED(*status)))
    ledger::released(Kind::process, identity_of(pid));
  // The kernel reaped it itself: SIGCHLD is ignored.
  if (pid < 0 && asked > 0 && errno == ECHILD && (options & (__WCLONE | __WNOTHREAD)) == 0)
    ledger::released(Kind::process, identity_of(asked));
  return pid;
}

}  // namespace

int hook_posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                     const posix_spawnattr_t* attributes, char* const* arguments,
                     char* const* environment) {
  pid_t own = 0;
  pid_t* child = pid != nullptr ? pid : &own;
  const auto spawn = meant(__builtin_return_address(0), "posix_spawn", real::posix_spawn,
                           real::borrowed::old_posix_spawn);
  const int error = spawn(child, path, actions, attributes, arguments, environment);
  return spawned(LEAKHOOK_CALLER, error, *child, path);
}

int hook_posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                      const posix_spawnattr_t* attributes, char* const* arguments,
                      char* const* environment) {
  pid_t own = 0;
  pid_t* child = pid != nullptr ? pid : &own;
  const auto spawn = meant(__builtin_return_address(0), "posix_spawnp", real::posix_spawnp,
                           real::borrowed::old_posix_spawnp);
  const int error = spawn(child, file, actions, attributes, arguments, environment);
  return spawned(LEAKHOOK_CALLER, error, *child, file);
}

// What the child inherited is sorted out when it first uses a hook.
pid_t hook_forkpty(int* master, char* name, const termios* settings, const winsize* size) {
  const pid_t pid = real::forkpty(master, name, settings, size);
  if (pid == 0) ledger::thread_forked();
  if (pid > 0) {
    ledger::acquired_fd(LEAKHOOK_CALLER, Kind::pty, *master, name);
    ledger::acquired(LEAKHOOK_CALLER, Kind::process, identity_of(pid));
  }
  return pid;
}

pid_t hook_wait(int* status) {
  int own = 0;
  int* seen = status != nullptr ? status : &own;
  const pid_t pid = real::wait(seen);
  return waited(-1, pid, seen, 0);
}

pid_t hook_waitpid(pid_t asked, int* status, int options) {
  int own = 0;
  int* seen = status != nullptr ? status : &own;
  const pid_t pid = real::waitpid(asked, seen, options);
  return waited(asked, pid, seen, options);
}

pid_t hook_wait3(int* status, int options, rusage* usage) {
  int own = 0;
  int* seen = status != nullptr ? status : &own;
  const pid_t pid = real::wait3(seen, options, usage);
  return waited(-1, pid, seen, options);
}

pid_t hook_wait4(pid_t asked, int* status, int options, rusage* usage) {
  int own = 0;
  int* seen = status != nullptr ? status : &own;
  const pid_t pid = real::wait4(asked, seen, options, usage);
  return waited(asked, pid, seen, options);
}

int hook_waitid(idtype_t type, id_t id, siginfo_t* found, int options) {
  siginfo_t own{};
  siginfo_t* seen = found != nullptr ? found : &own;
  const int result = real::waitid(type, id, seen, options);
  if (result != 0 || (options & WNOWAIT) != 0 || seen->si_pid == 0) return result;
  if (seen->si_code == CLD_EXITED || seen->si_code == CLD_KILLED || seen->si_code == CLD_DUMPED)
    ledger::released(Kind::process, identity_of(seen->si_pid));
  return result;
}

}  // namespace leakhook
