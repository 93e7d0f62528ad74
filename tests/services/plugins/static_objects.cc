// SPDX-License-Identifier: Apache-2.0
// One of eight libraries full of static objects that allocate before main and free after it.
#include <string>

namespace {
struct Holder {
  std::string text;
  Holder() : text(200, 'x') {}
  ~Holder() { text.clear(); }
};
Holder holders[125];
}  // namespace

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
extern "C" int JOIN(objects_, PART)() {
  int alive = 0;
  for (const Holder& holder : holders) alive += holder.text.size() == 200;
  return alive;
}
