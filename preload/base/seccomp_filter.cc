// SPDX-License-Identifier: Apache-2.0
// An interpreter of the classic BPF that seccomp(2) takes: linux/filter.h,
// Documentation/networking/ filter.rst of the kernel.
#include "seccomp_filter.h"

#include <linux/seccomp.h>

#include <cstring>

#include "system.h"

namespace leakhook {
namespace {

struct Machine {
  std::uint32_t a = 0, x = 0;
  std::uint32_t memory[BPF_MEMWORDS] = {};
  seccomp_data call{};
};

std::uint32_t word_of(const seccomp_data& call, std::uint32_t offset) {
  std::uint32_t word = 0;
  if (offset % 4 == 0 && offset < sizeof call)
    std::memcpy(&word, reinterpret_cast<const char*>(&call) + offset, sizeof word);
  return word;
}

std::uint32_t load(const Machine& machine, const sock_filter& step) {
  switch (BPF_MODE(step.code)) {
    case BPF_ABS:
      return word_of(machine.call, step.k);
    case BPF_MEM:
      return step.k < BPF_MEMWORDS ? machine.memory[step.k] : 0;
    case BPF_LEN:
      return sizeof machine.call;
    default:
      return step.k;  // BPF_IMM
  }
}

std::uint32_t calculate(std::uint16_t code, std::uint32_t a, std::uint32_t b) {
  switch (BPF_OP(code)) {
    case BPF_ADD:
      return a + b;
    case BPF_SUB:
      return a - b;
    case BPF_MUL:
      return a * b;
    case BPF_DIV:
      return b != 0 ? a / b : 0;
    case BPF_AND:
      return a & b;
    case BPF_OR:
      return a | b;
    case BPF_XOR:
      return a ^ b;
    case BPF_LSH:
      return b < 32 ? a << b : 0;
    case BPF_RSH:
      return b < 32 ? a >> b : 0;
    default:
      return 0 - a;  // BPF_NEG
  }
}

bool compares(std::uint16_t code, std::uint32_t a, std::uint32_t b) {
  switch (BPF_OP(code)) {
    case BPF_JEQ:
      return a == b;
    case BPF_JGT:
      return a > b;
    case BPF_JGE:
      return a >= b;
    default:
      return (a & b) != 0;  // BPF_JSET
  }
}

/// How many steps to skip.
std::uint32_t jump(const Machine& machine, const sock_filter& step) {
  if (BPF_OP(step.code) == BPF_JA) return step.k;
  const std::uint32_t other = BPF_SRC(step.code) == BPF_X ? machine.x : step.k;
  return compares(step.code, machine.a, other) ? step.jt : step.jf;
}

void work(Machine& machine, const sock_filter& step) {
  const std::uint32_t other = BPF_SRC(step.code) == BPF_X ? machine.x : step.k;
  switch (BPF_CLASS(step.code)) {
    case BPF_LD:
      machine.a = load(machine, step);
      break;
    case BPF_LDX:
      machine.x = load(machine, step);
      break;
    case BPF_ST:
      if (step.k < BPF_MEMWORDS) machine.memory[step.k] = machine.a;
      break;
    case BPF_STX:
      if (step.k < BPF_MEMWORDS) machine.memory[step.k] = machine.x;
      break;
    case BPF_ALU:
      machine.a = calculate(step.code, machine.a, other);
      break;
    default:  // BPF_MISC
      if (BPF_MISCOP(step.code) == BPF_TXA)
        machine.a = machine.x;
      else
        machine.x = machine.a;
  }
}

}  // namespace

std::uint32_t ask_filter(const sock_fprog& program, long number, std::uint64_t argument) {
  Machine machine;
  machine.call.nr = static_cast<int>(number);
  machine.call.arch = sys::kAuditArchitecture;
  machine.call.args[0] = argument;
  for (std::uint32_t at = 0; at < program.len; ++at) {
    const sock_filter& step = program.filter[at];
    if (BPF_CLASS(step.code) == BPF_RET) return BPF_RVAL(step.code) == BPF_A ? machine.a : step.k;
    if (BPF_CLASS(step.code) == BPF_JMP)
      at += jump(machine, step) < program.len ? jump(machine, step) : program.len;
    else
      work(machine, step);
  }
  return SECCOMP_RET_KILL_PROCESS;
}

bool is_survivable(std::uint32_t answer) {
  const std::uint32_t action = answer & SECCOMP_RET_ACTION_FULL;
  return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG || action == SECCOMP_RET_ERRNO ||
         action == SECCOMP_RET_USER_NOTIF || action == SECCOMP_RET_TRACE;
}

}  // namespace leakhook
