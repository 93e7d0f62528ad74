// SPDX-License-Identifier: Apache-2.0
// What `leakhook dump|on|off PID` asks of a service: the value that travels with the dump signal.
// A signal without such a value (kill -USR2) is a plain dump request.
#pragma once
#include <cstdint>

namespace leakhook {

/// A process that can be dumped maps a page with this name and the number of its dump signal behind
/// it ("/memfd:leakhook.signal.12.23 (deleted)" in /proc/PID/maps): the environment may be
/// overwritten. The second number, where there is one, is of a signal that may carry requests, too,
/// and that is ignored by default: it ends nobody who has become another program meanwhile.
inline constexpr char kHandshake[] = "leakhook.signal.";

enum class Command : std::uint8_t {
  dump = 1,
  on = 2,
  off = 3,
  stand_still = 4,  ///< from the service's own keeper: see life/still_threads.h
};
enum LabelSet : std::uint8_t {
  kLabelFd = 1,
  kLabelPath = 2,
  kLabelReach = 4,  ///< find out first what is reachable: label `reach`
};

/// Whoever asked with a token listens at the abstract unix socket "leakhook.<pid of the service>.
/// <token>" for the names of the files, one a line; or, with this behind it, for the profiles
/// themselves. Instead of either may come one line about what went wrong.
inline constexpr char kReplySocket[] = "leakhook.";
inline constexpr char kProfilesWanted[] = ".profiles";
inline constexpr char kErrorReply[] = "error: ";

/// si_value.sival_ptr of a queued signal: magic (32) | token (24) | labels (4) | command (4).
struct Request {
  static constexpr std::uint64_t kMagic = 0x6c65616bULL;  // "leak"
  Command command = Command::dump;
  std::uint8_t labels = 0;  ///< LabelSet: labels wanted beyond the usual ones
  std::uint32_t token = 0;  ///< not 0: somebody waits for the answer, see kReplySocket

  constexpr std::uint64_t encode() const {
    return kMagic << 32 | std::uint64_t{token & 0xffffff} << 8 | std::uint64_t{labels} << 4 |
           static_cast<std::uint64_t>(command);
  }
  /// False: not a request of ours.
  static constexpr bool decode(std::uint64_t value, Request* out) {
    if (value >> 32 != kMagic) return false;
    const auto command = value & 15;
    if (command < 1 || command > 4) return false;
    out->command = static_cast<Command>(command);
    out->labels = static_cast<std::uint8_t>(value >> 4 & 15);
    out->token = static_cast<std::uint32_t>(value >> 8 & 0xffffff);
    return true;
  }
};

}  // namespace leakhook
