// SPDX-License-Identifier: Apache-2.0
// For how many blocks does a sampled one stand, and how far off may a sum of such guesses be?
//
// Along the bytes that a thread allocates, samples lie at exponential distances of the mean S
// (LEAKHOOK_SAMPLE). A block of z bytes takes up z + 1 of them, so that an empty block can be taken
// too without a case of its own: it is taken with the chance p = 1 − e^(−(z + 1) / S), whatever
// happened to other blocks, as a Poisson process has no memory.
//
// Estimate: each taken block counts w = 1 / p times. Its sum over taken blocks of w y is unbiased
// for the sum of y over all blocks (Horvitz and Thompson, "A generalization of sampling without
// replacement from a finite universe", JASA 47, 1952), with y = z for bytes and y = 1 for objects.
// Weigh first, add up later: a weight of a sum is biased.
// Error: the variance of that sum is the sum over all blocks of y² (1 − p) / p, and the sum over
// taken blocks of y² (1 − p) / p² = y² w (w − 1) is unbiased for it (same paper, for blocks that
// are taken independently); in powers of e: y² e^(−x) / (1 − e^(−x))² with x = (z + 1) / S. The
// standard error is its root.
#pragma once
#include <cstdint>

namespace leakhook {

/// How many bytes of the thread's allocations a block takes up.
constexpr std::uint64_t sampled_bytes(std::uint64_t size) { return size + 1; }

/// p: the chance of a block to be taken. Relative error under 10^-9, without libm: the library may
/// need libc alone. Requires: mean > 1.
constexpr double sampling_chance(std::uint64_t size, std::uint64_t mean) {
  const double x = static_cast<double>(sampled_bytes(size)) / static_cast<double>(mean);
  if (x > 40) return 1;
  // 1 − e^−x: a short series for a small part of x, doubled back by 1 − e^−2y = u (2 − u) for
  // u = 1 − e^−y, which cancels nothing.
  constexpr int kDoublings = 12;
  const double y = x / (1 << kDoublings);
  double u = y * (1 - y / 2 * (1 - y / 3 * (1 - y / 4 * (1 - y / 5))));
  for (int i = 0; i < kDoublings; ++i) u *= 2 - u;
  return u < 1 ? u : 1;
}

/// w: for how many blocks one taken block stands. 1 when every block is recorded (mean <= 1).
constexpr double sampling_weight(std::uint64_t size, std::uint64_t mean) {
  return mean <= 1 ? 1 : 1 / sampling_chance(size, mean);
}

/// What one taken block of this weight adds to the variance of a number of objects; times size² to
/// that of a number of bytes.
constexpr double sampling_variance(double weight) { return weight * (weight - 1); }

}  // namespace leakhook
