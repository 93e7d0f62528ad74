// SPDX-License-Identifier: Apache-2.0
// What would its author call this function?
#include "demangle.h"

#include <cxxabi.h>

// libiberty declares its own basename unless told that there is one.
#define HAVE_DECL_BASENAME 1
#include <libiberty/demangle.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "presentable.h"

namespace leakhook {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};
using OwnText = std::unique_ptr<char, Free>;

/// Longer names exist (generated code) and may unfold without bound.
constexpr std::size_t kLongest = 8192;

/// "_ZN…17h" + 16 hex digits + "E": Rust before its own scheme.
bool is_legacy_rust(std::string_view name) {
  constexpr std::size_t kTail = 20;
  if (name.size() <= kTail || name.substr(0, 3) != "_ZN" || name.back() != 'E') return false;
  const std::string_view tail = name.substr(name.size() - kTail);
  return tail.substr(0, 3) == "17h" && tail.find_first_not_of("0123456789abcdef", 3) == kTail - 1;
}

}  // namespace

std::string without_clone_suffix(const std::string& name) {
  static constexpr std::string_view kEndings[] = {".part.", ".isra.",     ".constprop.", ".cold",
                                                  ".llvm.", ".lto_priv.", ".localalias"};
  std::size_t cut = name.size();
  for (const std::string_view ending : kEndings) cut = std::min(cut, name.find(ending, 1));
  return name.substr(0, cut);
}

bool is_rust_name(const std::string& system_name) {
  return system_name.starts_with("_R") || is_legacy_rust(system_name);
}

std::string demangled(const std::string& system_name) {
  const std::string name = without_clone_suffix(system_name);
  if (name.size() > kLongest) return presentable(name);
  OwnText text;
  if (is_rust_name(name)) text.reset(rust_demangle(name.c_str(), DMGL_PARAMS));
  if (!text && name.rfind("_Z", 0) == 0) {
    int status = 0;
    text.reset(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status));
  }
  return presentable(text ? text.get() : name);
}

}  // namespace leakhook
