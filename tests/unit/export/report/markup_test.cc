// SPDX-License-Identifier: Apache-2.0
// Nothing in a text begins or ends markup.
#include "../../../../export/report/markup.h"

#include <gtest/gtest.h>

namespace leakhook::report {
namespace {

TEST(Markup, WritesEntities) {
  EXPECT_EQ(markup_text("<a href=\"x\" id='y'>&amp;"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(markup_text("größe"), "größe");
}

}  // namespace
}  // namespace leakhook::report
