// SPDX-License-Identifier: Apache-2.0
// Exponential distances without libm: the library needs libc alone.
#include "sampler.h"

#include <cstring>

#include "../base/system.h"
#include "attention.h"
#include "probe.h"
#include "segment.h"

namespace leakhook::ledger::sampler {
namespace {

/// Uniform in (0, 1]. xorshift64* (Vigna 2016), state in the thread.
double random_fraction() {
  std::uint64_t x = this_thread.random;
  if (x == 0) {
    const auto here = reinterpret_cast<std::uint64_t>(&this_thread);
    x = mix(here ^ sys::nanoseconds(CLOCK_MONOTONIC)) | 1;
  }
  x ^= x >> 12, x ^= x << 25, x ^= x >> 27;
  this_thread.random = x;
  const std::uint64_t bits = (x * 0x2545f4914f6cdd1dULL) >> 11;
  return static_cast<double>(bits + 1) * 0x1p-53;
}

/// Natural logarithm of x in (0, 1]; relative error under 10^-9.
double logarithm(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  int exponent = static_cast<int>(bits >> 52) - 1022;
  bits = (bits & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1022} << 52;
  double mantissa;  // in [0.5, 1)
  std::memcpy(&mantissa, &bits, sizeof mantissa);
  if (mantissa < 0.70710678) mantissa *= 2, --exponent;
  // ln m = 2 artanh((m − 1) / (m + 1))
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  double series = 0;
  for (int k = 15; k >= 1; k -= 2) series = series * square + 1.0 / k;
  return exponent * 0.69314718055994531 + 2 * s * series;
}

/// Bytes to the next sample, rounded down: a block of z bytes passes by with the chance
/// P(whole(D) >= z) = P(D >= z) = e^(−z/mean), exactly.
std::int64_t draw_distance(std::uint64_t mean) {
  const double distance = -logarithm(random_fraction()) * static_cast<double>(mean);
  constexpr double kMost = 0x1p62;
  return static_cast<std::int64_t>(distance < kMost ? distance : kMost);
}

}  // namespace

bool takes_sampled(std::size_t size) {
  const std::uint64_t mean = segment.sample_bytes;
  if (mean <= 1) {  // no heap block of this process is recorded: need not ask again
    this_thread.bytes_until_sample = INT64_MAX / 2;
    return false;
  }
  if (this_thread.random == 0) {  // the thread's first block: nothing was drawn yet
    this_thread.bytes_until_sample = draw_distance(mean);
    if (passes_by(this_thread.bytes_until_sample, size)) return false;
  }
  // Where in the block the sample lies, and whether a second one does, is all the same.
  this_thread.bytes_until_sample = draw_distance(mean);
  return true;
}

void forget_parents_samples() {
  this_thread.random = 0;
  this_thread.bytes_until_sample = 0;
}

std::uint64_t round_fairly(double value) {
  const auto whole = static_cast<std::uint64_t>(value);
  return whole + (random_fraction() <= value - static_cast<double>(whole));
}

}  // namespace leakhook::ledger::sampler
