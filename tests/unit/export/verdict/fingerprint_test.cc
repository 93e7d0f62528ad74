// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/fingerprint.h"

#include <gtest/gtest.h>

#include "holdings.h"

namespace leakhook::verdict {
namespace {

// Others compute it, too: the numbers are those of FNV-1a as it is published.
TEST(Fingerprint, IsFnv1aOfZeroTerminatedTexts) {
  EXPECT_EQ(fingerprint_of("a", {}), "089be207b544f1e4");
  EXPECT_EQ(fingerprint_of("", {}), "af63bd4c8601b7df");
}

TEST(Fingerprint, TellsKindsAndStacksApart) {
  const Holding socket = open(Kind::socket, {"a", "b"});
  EXPECT_EQ(fingerprint_of(socket).size(), 16u);
  EXPECT_EQ(fingerprint_of(socket), fingerprint_of(open(Kind::socket, {"a", "b"}, 5)));
  EXPECT_NE(fingerprint_of(socket), fingerprint_of(open(Kind::file, {"a", "b"})));
  EXPECT_NE(fingerprint_of(socket), fingerprint_of(open(Kind::socket, {"b", "a"})));
  EXPECT_NE(fingerprint_of("x", {"ab"}), fingerprint_of("x", {"a", "b"}));
}

TEST(Fingerprint, DefiniteAndIndirectAreOneClass) {
  EXPECT_EQ(class_of(heap(Word::definite, {}, 1, 1)), "heap/lost");
  EXPECT_EQ(class_of(heap(Word::indirect, {}, 1, 1)), "heap/lost");
  EXPECT_EQ(class_of(heap(Word::possible, {}, 1, 1)), "heap/possible");
  EXPECT_EQ(class_of(heap(Word::unknown, {}, 1, 1)), "heap/unknown");
  EXPECT_EQ(class_of(open(Kind::other_fd, {})), "other");
  EXPECT_EQ(class_of(open(Kind::none, {})), "none");
}

}  // namespace
}  // namespace leakhook::verdict
