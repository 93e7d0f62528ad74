// verdict: definite 1/32, indirect 2/148, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A function object (32 bytes) whose capture of 48 bytes is too large for it, and owns 100.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <functional>

#include "program.h"

struct Capture {
  char* owned = new char[100]();
  long numbers[5] = {1, 2, 3, 4, 5};
  Capture() = default;
  Capture(Capture&& other) noexcept : owned(other.owned) { other.owned = nullptr; }
  Capture(const Capture& other) : owned(other.owned ? new char[100]() : nullptr) {}
  ~Capture() { delete[] owned; }
  int operator()() const { return owned[0]; }
};

APART static void lose() {
  auto* lost = new std::function<int()>(Capture());
  if (kIsClean) delete static_cast<std::function<int()>*>(seen(lost));
}

int main() {
  lose();
  wipe();
  return 0;
}
