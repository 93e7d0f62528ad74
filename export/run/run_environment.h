// SPDX-License-Identifier: Apache-2.0
// In which environment does the program of a run start?
#pragma once
#include <string>
#include <vector>

namespace leakhook {

struct RunPlaces {
  std::string library;   ///< libleakhook.so, absolute
  std::string exporter;  ///< this command, absolute
  std::string folder;    ///< where books and profiles go, absolute
};

/// `ours` and the preloads that are there already, ours first.
/// Requires: `ours` has no space and no colon, which the loader cannot read.
std::string preload_list(const std::string& ours, const std::string& others);

/// The caller's environment ("NAME=value" each) as the program shall find it. Settings that decide
/// where the profiles go and whether there are any become ours; the user's others stay.
std::vector<std::string> run_environment(const char* const* environment, const RunPlaces& places);

/// Names in `environment` that begin as our settings do and are none.
std::vector<std::string> unknown_settings(const char* const* environment);

}  // namespace leakhook
