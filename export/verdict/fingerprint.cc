// SPDX-License-Identifier: Apache-2.0
// Is this the leak that we met before?
#include "fingerprint.h"

#include <cinttypes>
#include <cstdio>

#include "stack_names.h"

namespace leakhook::verdict {
namespace {

/// FNV-1a, 64 bit.
class Hash {
 public:
  void add(const std::string& text) {
    for (const char sign : text) add(static_cast<unsigned char>(sign));
    add(0);
  }
  std::string text() const {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016" PRIx64, value_);
    return digits;
  }

 private:
  void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

std::string class_of(const Holding& holding) {
  if (holding.kind == Kind::none || holding.kind >= Kind::count) return "none";
  const std::string label = row_of(holding.kind).label;
  if (holding.kind != Kind::heap) return label;
  const bool is_lost = holding.word == Word::definite || holding.word == Word::indirect;
  return label + "/" + (is_lost ? "lost" : text_of(holding.word));
}

std::string class_of(const Misuse& misuse) {
  return std::string("misuse/") + row_of(misuse.misuse).name;
}

std::string fingerprint_of(const std::string& holding_class,
                           const std::vector<std::string>& names) {
  Hash hash;
  hash.add(holding_class);
  for (const std::string& name : names) hash.add(name);
  return hash.text();
}

std::string fingerprint_of(const Holding& holding) {
  return fingerprint_of(class_of(holding), stack_names(holding.stack));
}

}  // namespace leakhook::verdict
