// verdict: definite 1/48, indirect 1/48, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Two objects hold each other. Each stands with its counts (16 bytes) in one block.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <memory>

#include "program.h"

struct Peer {
  std::shared_ptr<Peer> other;
  long numbers[2] = {1, 2};
};

APART static void lose() {
  auto one = std::make_shared<Peer>();
  auto two = std::make_shared<Peer>();
  one->other = two;
  two->other = one;
  if (kIsClean) one->other.reset();
}

int main() {
  lose();
  wipe();
  return 0;
}
