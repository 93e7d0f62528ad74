// SPDX-License-Identifier: Apache-2.0
// Frames are trimmed where they say nothing, and stacks that lack something say so.
#include "../../../export/stack_book.h"

#include <gtest/gtest.h>

#include "segment_fixture.h"

namespace leakhook {
namespace {

using testing::LoadedSegment;
using testing::place;
using testing::SegmentBuilder;

class StackBookTest : public ::testing::Test {
 protected:
  StackBookTest() {
    own_ = builder_.module("/opt/lib/libleakhook.so", "", 0x100000, 0x1000, 0x100000);
    jemalloc_ = builder_.module("/usr/lib/libjemalloc.so.2", "", 0x200000, 0x1000, 0x200000);
    app_ = builder_.module("/opt/bin/service", "", 0x300000, 0x1000, 0x300000);
  }

  std::vector<std::string> shown(StackId stack, bool is_heap, Origin origin = Origin::hooked) {
    const LoadedSegment loaded(builder_.packed());
    const StackBook book(loaded.view, {stack}, DebugFiles({}, false));
    std::vector<std::string> names;
    for (const ShownFrame& frame : is_heap ? book.heap_stack(stack) : book.stack(stack, origin)) {
      const CodePlace& place = book.places()[frame.place];
      for (std::size_t i = frame.skip; i < place.lines.size(); ++i)
        names.push_back(place.lines[i].name);
    }
    return names;
  }

  using Names = std::vector<std::string>;
  SegmentBuilder builder_;
  ModuleId own_, jemalloc_, app_;
};

TEST_F(StackBookTest, OwnFramesGoWhereverTheyStand) {
  const StackId stack = builder_.stack(
      {place(0x100011, own_), place(0x300011, app_), place(0x100021, own_), place(0x300021, app_)});
  const Names expected{"[service+0x10]", "[service+0x20]"};
  EXPECT_EQ(shown(stack, true), expected);
  EXPECT_EQ(shown(stack, false), expected);
}

TEST_F(StackBookTest, AllocatorsGoFromHeapStacksOnly) {
  const StackId stack = builder_.stack({place(0x200011, jemalloc_), place(0x200021, jemalloc_),
                                        place(0x300011, app_), place(0x200031, jemalloc_)});
  EXPECT_EQ(shown(stack, true), (Names{"[service+0x10]", "[libjemalloc.so.2+0x30]"}));
  EXPECT_EQ(shown(stack, false).size(), 4u);
}

TEST_F(StackBookTest, TheLastFrameStays) {
  const StackId stack = builder_.stack({place(0x200011, jemalloc_), place(0x200021, jemalloc_)});
  EXPECT_EQ(shown(stack, true), Names{"[libjemalloc.so.2+0x20]"});
  const StackId cut = builder_.stack({place(0x200011, jemalloc_), place(0x200021, jemalloc_)}, 1);
  EXPECT_EQ(shown(cut, true), (Names{"[libjemalloc.so.2+0x20]", "[truncated]"}));
}

TEST_F(StackBookTest, UnfinishedStacksSaySo) {
  for (const std::uint16_t end : {1, 2, 3}) {
    const StackId stack = builder_.stack({place(0x300011, app_)}, end);
    EXPECT_EQ(shown(stack, false), (Names{"[service+0x10]", "[truncated]"})) << end;
  }
}

TEST_F(StackBookTest, WithoutStackTheOriginIsNamed) {
  EXPECT_EQ(shown(0, false), Names{"[no stack]"});
  EXPECT_EQ(shown(0, true), Names{"[no stack]"});
  EXPECT_EQ(shown(0, false, Origin::inherited), Names{"[inherited]"});
  EXPECT_EQ(shown(0, false, Origin::untracked), Names{"[untracked]"});
  const StackId only_ours = builder_.stack({place(0x100011, own_)});
  EXPECT_EQ(shown(only_ours, true), Names{"[no stack]"});
}

TEST_F(StackBookTest, AddressesAreInsideTheCall) {
  const StackId stack = builder_.stack({place(0x300011, app_), place(0x7fff0001)});
  const LoadedSegment loaded(builder_.packed());
  const StackBook book(loaded.view, {stack}, DebugFiles({}, false));
  const ShownStack frames = book.stack(stack, Origin::hooked);
  EXPECT_EQ(book.places()[frames[0].place].address, 0x300010u);
  EXPECT_EQ(book.places()[frames[1].place].lines[0].name, "[0x7fff0000]");
}

TEST_F(StackBookTest, FindsTheMainProgram) {
  const LoadedSegment loaded(builder_.packed());
  EXPECT_EQ(StackBook(loaded.view, {}, DebugFiles({}, false)).main_module(), app_);
}

TEST_F(StackBookTest, SegmentWithoutModules) {
  const StackId stack = builder_.stack({place(0x11, 5)});
  builder_.bytes(Region::modules).clear();
  EXPECT_EQ(shown(stack, true), Names{"[0x10]"});
}

}  // namespace
}  // namespace leakhook
