// SPDX-License-Identifier: Apache-2.0
// Is this block one of the sampled ones, and how many does it stand for?
//
// Poisson sampling over bytes: the distances between samples are exponential with the mean
// LEAKHOOK_SAMPLE, so a block of z bytes is taken with probability 1 − e^(−z/mean), and counting
// each taken block 1 / (1 − e^(−z/mean)) times is unbiased (jemalloc's PROFILING_INTERNALS.md
// derives it). An empty block counts as one byte, so that it can be taken too.
#pragma once
#include <cstddef>
#include <cstdint>

namespace leakhook::ledger::sampler {

/// Requires: mean > 1. One subtraction for nearly every block.
bool takes(std::size_t size, std::uint64_t mean);

/// 1 / (1 − e^(−size/mean)).
double weight(std::uint64_t size, std::uint64_t mean);

/// `value` rounded up or down by chance, so that sums of results are unbiased.
std::uint64_t round_fairly(double value);

}  // namespace leakhook::ledger::sampler
