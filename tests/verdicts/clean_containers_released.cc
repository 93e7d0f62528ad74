// verdict: definite 0, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Every container and smart pointer of the library, filled and destroyed.
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "program.h"

template <class Container>
static void fill(Container& container) {
  for (int i = 0; i < 100; ++i) container.insert(container.end(), std::to_string(i) + std::string(50, 'x'));
}

APART static void use() {
  std::vector<std::string> vector;
  std::deque<std::string> deque;
  std::list<std::string> list;
  std::set<std::string> set;
  fill(vector), fill(deque), fill(list), fill(set);
  std::map<std::string, std::vector<int>> map;
  std::unordered_map<std::string, std::unique_ptr<int>> hashed;
  for (const std::string& name : vector) {
    map[name] = {1, 2, 3};
    hashed[name] = std::make_unique<int>(5);
  }
  auto shared = std::make_shared<std::string>(100, 'y');
  std::function<std::size_t()> function = [shared, map] { return shared->size() + map.size(); };
  std::ostringstream stream;
  stream << function() << std::string(1000, 'z');
  MUST(stream.str().size() > 1000);
}

int main() {
  use();
  wipe();
  return 0;
}
