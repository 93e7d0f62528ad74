// SPDX-License-Identifier: Apache-2.0
// Where does libleakhook.so stand, and where do we?
#include "library_place.h"

#include <sys/auxv.h>

#include <filesystem>

#include "../process_look.h"

namespace leakhook {
namespace {

namespace fs = std::filesystem;

// LEAKHOOK_LIBRARY_FOLDER: where this build installs the library, from the prefix.
constexpr const char* kPlaces[] = {"", "../" LEAKHOOK_LIBRARY_FOLDER, "../lib", "../../lib",
                                   "../preload"};
constexpr const char* kName = "libleakhook.so";

fs::path own_folder() { return fs::path(own_path()).parent_path(); }

}  // namespace

std::string own_path() {
  std::string path = link_target("/proc/self/exe");
  if (!path.empty()) return path;
  // Where /proc is missing (a chroot), the name by which we were started must do.
  const auto* started_as = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  std::error_code error;
  fs::path absolute = started_as ? fs::canonical(started_as, error) : fs::path();
  return error ? std::string() : absolute.string();
}

std::string library_path() {
  for (const char* place : kPlaces) {
    std::error_code error;
    const fs::path path = fs::canonical(own_folder() / place / kName, error);
    if (!error) return path.string();
  }
  return {};
}

std::string library_places() {
  std::string text;
  for (const char* place : kPlaces)
    text += (text.empty() ? "" : ", ") + (own_folder() / place).lexically_normal().string();
  return text;
}

}  // namespace leakhook
