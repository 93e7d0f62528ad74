// SPDX-License-Identifier: Apache-2.0
// Are pages that nobody touched left alone?
#include "../../../preload/life/present_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <vector>

namespace leakhook::life {
namespace {

constexpr std::uint64_t kPages = 2000;

class Pages {
 public:
  explicit Pages(int sharing)
      : at_(static_cast<char*>(mmap(nullptr, kPages * kPageSize, PROT_READ | PROT_WRITE,
                                    sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    EXPECT_NE(at_, MAP_FAILED);
    madvise(at_, kPages * kPageSize, MADV_NOHUGEPAGE);
  }
  ~Pages() { munmap(at_, kPages * kPageSize); }
  void touch(std::uint64_t page) { at_[page * kPageSize] = 1; }
  Range range() const {
    const auto start = reinterpret_cast<std::uint64_t>(at_);
    return {start, start + kPages * kPageSize};
  }
  std::uint64_t resident() const {
    std::vector<unsigned char> answers(kPages);
    EXPECT_EQ(mincore(at_, kPages * kPageSize, answers.data()), 0);
    std::uint64_t count = 0;
    for (const unsigned char answer : answers) count += answer & 1;
    return count;
  }
  /// As page numbers: first, behind the last.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> runs(bool is_shared) const {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
    const auto visit = [&](Range run) {
      found.emplace_back((run.start - range().start) / kPageSize,
                         (run.end - range().start) / kPageSize);
    };
    is_shared ? visit_resident(range(), visit) : visit_present(range(), visit);
    return found;
  }

 private:
  char* at_;
};

using Runs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

TEST(PresentPages, OfPrivateMemoryOnlyWhatWasTouched) {
  Pages pages(MAP_PRIVATE);
  EXPECT_EQ(pages.runs(false), Runs{});
  for (const std::uint64_t page : {0, 511, 512, 513, 1999}) pages.touch(page);
  EXPECT_EQ(pages.runs(false), (Runs{{0, 1}, {511, 514}, {1999, 2000}}));
}

TEST(PresentPages, OfSharedMemoryToo) {
  Pages pages(MAP_SHARED);
  EXPECT_EQ(pages.runs(true), Runs{});
  for (const std::uint64_t page : {1, 2, 1023, 1024}) pages.touch(page);
  EXPECT_EQ(pages.runs(true), (Runs{{1, 3}, {1023, 1025}}));
  EXPECT_EQ(pages.resident(), 4u) << "asking makes none";
}

TEST(PresentPages, ARangeMayBeginAndEndWithinPages) {
  Pages pages(MAP_SHARED);
  for (const std::uint64_t page : {0, 1, 2}) pages.touch(page);
  const Range middle{pages.range().start + 100, pages.range().start + 2 * kPageSize + 8};
  std::vector<Range> found;
  visit_resident(middle, [&found](Range run) { found.push_back(run); });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].start, middle.start);
  EXPECT_EQ(found[0].end, middle.end);
}

TEST(PresentPages, SmallRangesAreNotAskedAbout) {
  Pages pages(MAP_PRIVATE);
  const Range small{pages.range().start, pages.range().start + 3 * kPageSize};
  std::vector<Range> found;
  visit_present(small, [&found](Range run) { found.push_back(run); });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].size(), small.size());
}

}  // namespace
}  // namespace leakhook::life
