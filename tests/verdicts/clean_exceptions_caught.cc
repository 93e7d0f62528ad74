// verdict: definite 0, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Thrown, rethrown, nested, and through several functions: all are given back.
#include <exception>
#include <stdexcept>
#include <string>

#include "program.h"

APART static void fail() { throw std::runtime_error(std::string(100, 'x')); }

APART static void fail_again() {
  try {
    fail();
  } catch (...) {
    std::throw_with_nested(std::logic_error(std::string(200, 'y')));
  }
}

APART static int depth(const std::exception& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& inner) {
    return 1 + depth(inner);
  }
  return 0;
}

int main() {
  std::exception_ptr kept;
  try {
    fail_again();
  } catch (const std::exception& error) {
    MUST(depth(error) == 1);
    kept = std::current_exception();
  }
  return kept == nullptr;
}
