// SPDX-License-Identifier: Apache-2.0
// The one place where the command writes to stderr, but for reports.
#include "say.h"

#include <cstdio>

#include "../report/visible.h"

namespace leakhook {

void say(const std::string& line) {
  std::fprintf(stderr, "leakhook: %s\n", report::visible(line).c_str());
}

}  // namespace leakhook
