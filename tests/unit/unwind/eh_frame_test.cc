// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/eh_frame.cc, with broken tables.
#include "../../../unwind/eh_frame.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <random>

#include "../../../unwind/compile.h"
#include "../../../unwind/object_lookup.h"
#include "call_site.h"
#include "tables.h"

namespace leakhook::unwind {
namespace {

TEST(EhFrame, FindsByTableAndByScan) {
  for (const bool has_search_table : {true, false}) {
    Tables tables;
    tables.has_search_table = has_search_table;
    tables.build();
    Description description;
    EXPECT_TRUE(tables.find(tables.begin, &description));
    EXPECT_TRUE(tables.find(tables.begin + tables.size - 1, &description));
    EXPECT_EQ(description.begin, tables.begin);
    EXPECT_EQ(description.data_factor, -8);
    EXPECT_EQ(description.return_register, 16u);
    EXPECT_FALSE(description.is_signal_frame);
    EXPECT_FALSE(tables.find(tables.begin - 1, &description));
    EXPECT_FALSE(tables.find(tables.begin + tables.size, &description));
  }
}

TEST(EhFrame, SeesSignalFrames) {
  Tables tables;
  tables.augmentation = "zRS";
  tables.build();
  Description description;
  ASSERT_TRUE(tables.find(tables.begin, &description));
  EXPECT_TRUE(description.is_signal_frame);
}

TEST(EhFrame, ReadsEncodings) {
  alignas(8) std::uint8_t raw[16] = {0xf8, 0xff, 0xff, 0xff};
  const auto place = reinterpret_cast<Address>(raw);
  const auto read = [&](std::uint8_t encoding, Address* out) {
    Bytes bytes(place, place + sizeof raw);
    return read_encoded(&bytes, encoding, 0x7000, out);
  };
  Address value = 0;
  EXPECT_TRUE(read(0x1b, &value));
  EXPECT_EQ(value, place - 8);
  EXPECT_TRUE(read(0x3b, &value));
  EXPECT_EQ(value, 0x7000u - 8);
  EXPECT_TRUE(read(0x03, &value));
  EXPECT_EQ(value, 0xfffffff8u);
  EXPECT_TRUE(read(0x0a, &value));
  EXPECT_EQ(value, ~Address{0} - 7);
  EXPECT_FALSE(read(0x9b, &value)) << "through a pointer";
  EXPECT_FALSE(read(0x50, &value)) << "aligned";
  EXPECT_FALSE(read(0xff, &value)) << "omitted";
}

/// The library's whole table read in both ways gives the same.
TEST(EhFrame, TableAndScanAgreeOnARealLibrary) {
  prepare(nullptr, system_lookup());
  Object object;
  ASSERT_TRUE(find_object(reinterpret_cast<Address>(dlsym(RTLD_DEFAULT, "lldiv")), &object));
  const Extent extent = segment_around(object, object.eh_frame_hdr);
  ASSERT_TRUE(extent.contains(object.eh_frame_hdr));
  std::vector<std::uint8_t> copy(reinterpret_cast<std::uint8_t*>(extent.low),
                                 reinterpret_cast<std::uint8_t*>(extent.high));
  const Address moved = reinterpret_cast<Address>(copy.data()) - extent.low;
  const Extent copied{extent.low + moved, extent.high + moved};
  copy[object.eh_frame_hdr - extent.low + 3] = 0xff;  // no search table
  int found = 0;
  Description by_table;
  Description by_scan;
  for (Address pc = object.start; pc < object.end; pc += 4099) {
    const bool has_entry = find_description(object, pc, &by_table);
    ASSERT_EQ(find_description_in(copied, object.eh_frame_hdr + moved, pc + moved, &by_scan),
              has_entry)
        << std::hex << pc;
    if (!has_entry) continue;
    ++found;
    EXPECT_EQ(by_scan.begin, by_table.begin + moved);
    EXPECT_EQ(by_scan.program.at(), by_table.program.at() + moved);
  }
  EXPECT_GT(found, 100);
}

/// Compiles for many addresses; only has to come back.
void compile_all(const Tables& tables) {
  for (Address pc = tables.begin - 1; pc < tables.begin + 40; ++pc) {
    Description description;
    Row row;
    if (!tables.find(pc, &description) || !row_at(description, pc, &row)) continue;
    compile_row(description, row, pc);
  }
}

/// The tables at the very end of a readable page: one byte too far faults.
TEST(EhFrame, BrokenBytesNeitherFaultNorLoop) {
  std::mt19937 random(20240131);
  const Address border = readable_then_not(1);
  for (int round = 0; round < 20000; ++round) {
    Tables tables;
    tables.has_search_table = round % 4 != 0;
    tables.augmentation = round % 3 == 0 ? "zPLRS" : "zR";
    tables.program = {0x41, 0x0e, 16, 0x86, 2, 0x0a, 0x43, 0x0d, 6, 0x0f, 3, 0x76, 0x78, 6, 0x0b};
    tables.build();
    for (unsigned change = 0; change <= random() % 4; ++change) {
      tables.bytes()[random() % tables.used()] = static_cast<std::uint8_t>(random());
    }
    compile_all(tables);
    // The same bytes cut short, in front of a hole.
    const std::size_t kept = 8 + random() % (tables.used() - 8);
    auto* place = reinterpret_cast<std::uint8_t*>(border - kept);
    std::memcpy(place, tables.bytes(), kept);
    const Extent extent{border - kept, border};
    // Absolute places in the copy: .eh_frame and the one entry.
    const Address shift = border - kept - tables.header();
    for (const unsigned slot : {4u, 28u}) {
      Address pointer = 0;
      if (slot + 8 > kept) continue;
      std::memcpy(&pointer, place + slot, 8);
      pointer += shift;
      std::memcpy(place + slot, &pointer, 8);
    }
    Description description;
    Row row;
    if (find_description_in(extent, extent.low, tables.begin + 5, &description) &&
        row_at(description, tables.begin + 5, &row)) {
      compile_row(description, row, tables.begin + 5);
    }
  }
}

/// As above with libc's own tables, where there is every kind of entry.
TEST(EhFrame, MutatedLibraryTablesNeitherFaultNorLoop) {
  prepare(nullptr, system_lookup());
  Object object;
  ASSERT_TRUE(find_object(reinterpret_cast<Address>(dlsym(RTLD_DEFAULT, "lldiv")), &object));
  const Extent extent = segment_around(object, object.eh_frame_hdr);
  const std::size_t size = extent.high - extent.low;
  const int pages = static_cast<int>(size / 4096 + 1);
  const Address border = readable_then_not(pages);
  const Address moved = border - size - extent.low;
  auto* copy = reinterpret_cast<std::uint8_t*>(border - size);
  std::memcpy(copy, reinterpret_cast<void*>(extent.low), size);
  std::mt19937 random(7);
  const std::size_t header = object.eh_frame_hdr - extent.low;
  for (int round = 0; round < 60000; ++round) {
    copy[header + random() % (size - header)] = static_cast<std::uint8_t>(random());
    const Address pc = object.start + random() % (object.end - object.start) + moved;
    Description description;
    Row row;
    if (!find_description_in({border - size, border}, object.eh_frame_hdr + moved, pc,
                             &description))
      continue;
    if (row_at(description, pc, &row)) compile_row(description, row, pc);
  }
}

}  // namespace
}  // namespace leakhook::unwind
