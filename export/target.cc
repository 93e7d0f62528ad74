// SPDX-License-Identifier: Apache-2.0
// May we ask this process for something?
#include "target.h"

#include <elf.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "process_look.h"
#include "program_file.h"

namespace leakhook {
namespace {

/// The value behind "Name:" in /proc/PID/status.
std::string status_field(const std::string& status, const std::string& name) {
  const std::string start = "\n" + name + ":";
  const std::size_t at = status.find(start);
  if (at == std::string::npos) return {};
  const std::size_t value = at + start.size();
  return status.substr(value, status.find('\n', value) - value);
}

/// The kernel told the loader not to listen to LD_PRELOAD.
bool is_secure(const std::string& auxiliary) {
  Elf64_auxv_t entry;
  for (std::size_t at = 0; at + sizeof entry <= auxiliary.size(); at += sizeof entry) {
    std::memcpy(&entry, auxiliary.data() + at, sizeof entry);
    if (entry.a_type == AT_SECURE) return entry.a_un.a_val != 0;
  }
  return false;
}

/// Real and effective user differ: a set-uid program that has not dropped its rights.
bool has_two_users(const std::string& status) {
  std::istringstream users(status_field(status, "Uid"));
  long real = 0, effective = 0;
  users >> real >> effective;
  return users && real != effective;
}

}  // namespace

bool names_our_library(const std::string& maps) {
  std::istringstream lines(maps);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t path = line.find('/');
    if (path == std::string::npos) continue;
    if (line.compare(line.rfind('/') + 1, 14, "libleakhook.so") == 0) return true;
  }
  return false;
}

Handshake handshake_in(const std::string& maps) {
  const std::string page = std::string("/memfd:") + kHandshake;
  const std::size_t at = maps.find(page);
  Handshake found;
  if (at != std::string::npos)
    std::sscanf(maps.c_str() + at + page.size(), "%d.%d", &found.dump_signal,
                &found.harmless_signal);
  return found;
}

Target::~Target() {
  if (pid_fd_ >= 0) close(pid_fd_);
}

std::string Target::reason_against() {
  // From now on the number cannot come to mean another process unnoticed.
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  const auto stat = stat_of(pid_);
  if (!stat) return "no such process";
  if (stat->state == 'Z' || stat->state == 'X') return "the process has ended";
  std::string reason = reason_not_loaded();
  if (reason.empty()) reason = reason_not_listening();
  // What an ending process shows in /proc gives odd reasons.
  const auto now = stat_of(pid_);
  return now && now->state != 'Z' && now->state != 'X' ? reason : "the process has ended";
}

std::string Target::reason_not_loaded() const {
  const std::string folder = "/proc/" + std::to_string(pid_);
  const std::string status = text_of_file(folder + "/status");
  const std::string maps = text_of_file(folder + "/maps");
  if (names_our_library(maps)) return {};
  if (is_secure(text_of_file(folder + "/auxv")) || has_two_users(status)) return kIsSecure;
  if (maps.empty())
    return access((folder + "/exe").c_str(), F_OK) != 0 && errno == ENOENT
               ? "a kernel thread"
               : "not permitted: run this as the user of the process or as root";
  const std::string reason = reason_not_loadable(folder + "/exe");
  if (!reason.empty()) return reason;
  return "libleakhook.so is not loaded: start the program with LD_PRELOAD=libleakhook.so";
}

std::string Target::reason_not_listening() {
  const std::string folder = "/proc/" + std::to_string(pid_);
  const std::string status = text_of_file(folder + "/status");
  const Handshake handshake = handshake_in(text_of_file(folder + "/maps"));
  signal_ = handshake.dump_signal;
  harmless_ = handshake.harmless_signal;
  if (signal_ == 0)
    return "it takes no dump signal: LEAKHOOK_SIGNAL=none, a signal that the program handles "
           "itself, "
           "or LEAKHOOK_CHILDREN leaves it out";
  const std::uint64_t caught = std::strtoull(status_field(status, "SigCgt").c_str(), nullptr, 16);
  const auto is_caught = [caught](int signal) { return (caught >> (signal - 1) & 1) != 0; };
  if (!is_caught(signal_))
    return "it does not catch the dump signal (" + std::string(strsignal(signal_)) +
           "), which would end it";
  std::istringstream users(status_field(status, "Uid"));
  users >> owner_ >> owner_;
  // Between this look and the signal it may become a program that the dump signal would end.
  if (harmless_ != 0 && is_caught(harmless_)) signal_ = harmless_;
  return {};
}

/// The kernel keeps one signal of a number until it is taken, and drops a second one with what it
/// carries: wait for that moment, but not forever.
void Target::await_taken() const {
  constexpr int kTries = 1000, kPause_us = 5000;
  const std::string path = "/proc/" + std::to_string(pid_) + "/status";
  for (int i = 0; i < kTries; ++i) {
    const std::string pending = status_field(text_of_file(path), "ShdPnd");
    if (!(std::strtoull(pending.c_str(), nullptr, 16) >> (signal_ - 1) & 1)) return;
    usleep(kPause_us);
  }
}

std::string Target::send(const Request& request) {
  await_taken();
  siginfo_t asked{};
  asked.si_signo = signal_;
  asked.si_code = SI_QUEUE;
  asked.si_pid = getpid();
  asked.si_uid = getuid();
  asked.si_value.sival_ptr = reinterpret_cast<void*>(request.encode());
  const long sent = pid_fd_ >= 0 ? syscall(SYS_pidfd_send_signal, pid_fd_, signal_, &asked, 0)
                                 : syscall(SYS_rt_sigqueueinfo, pid_, signal_, &asked);
  if (sent == 0) return {};
  return errno == EPERM ? "not permitted to signal it" : strerror(errno);
}

}  // namespace leakhook
