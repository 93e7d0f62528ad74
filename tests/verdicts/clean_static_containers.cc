// verdict: definite 0, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Objects with static storage give back what they hold behind main.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "program.h"

static std::map<int, std::string> map;
static std::vector<std::shared_ptr<std::string>> vector;
thread_local std::string of_this_thread;

APART static void fill() {
  for (int i = 0; i < 50; ++i) {
    map[i] = std::string(60, 'a');
    vector.push_back(std::make_shared<std::string>(70, 'b'));
  }
  of_this_thread.assign(80, 'c');
}

int main() {
  fill();
  return 0;
}
