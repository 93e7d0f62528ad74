// SPDX-License-Identifier: Apache-2.0
// Exponential distances and their weights, without libm: the library needs libc alone.
#include "sampler.h"

#include <cstring>

#include "../base/system.h"
#include "attention.h"
#include "probe.h"

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

/// 1 − e^−x for x >= 0; relative error under 10^-9.
double one_minus_exp(double x) {
  if (x > 40) return 1;
  double part = x / 4096;  // halve twelve times, sum the series, double back
  part = part * (1 - part / 2 * (1 - part / 3 * (1 - part / 4 * (1 - part / 5))));
  for (int i = 0; i < 12; ++i) part = part * (2 - part);  // 1−(1−p)² without cancellation
  return part;
}

void draw_distance(std::uint64_t mean) {
  const double distance = -logarithm(random_fraction()) * static_cast<double>(mean);
  this_thread.bytes_until_sample += static_cast<std::int64_t>(distance) + 1;
}

}  // namespace

bool takes(std::size_t size, std::uint64_t mean) {
  if (this_thread.random == 0) [[unlikely]]
    draw_distance(mean);
  const std::size_t most = std::size_t{1} << 62;
  const std::size_t counted = size == 0 ? 1 : size;
  this_thread.bytes_until_sample -= static_cast<std::int64_t>(counted < most ? counted : most);
  if (this_thread.bytes_until_sample > 0) [[likely]]
    return false;
  // Where the next sample lies inside the same block does not matter: the process has no memory.
  this_thread.bytes_until_sample = 0;
  draw_distance(mean);
  return true;
}

double weight(std::uint64_t size, std::uint64_t mean) {
  const double counted = size == 0 ? 1 : static_cast<double>(size);
  return 1 / one_minus_exp(counted / static_cast<double>(mean));
}

std::uint64_t round_fairly(double value) {
  const auto whole = static_cast<std::uint64_t>(value);
  return whole + (random_fraction() <= value - static_cast<double>(whole));
}

}  // namespace leakhook::ledger::sampler
