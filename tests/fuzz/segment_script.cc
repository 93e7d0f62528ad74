// SPDX-License-Identifier: Apache-2.0
// Which segment does an input describe?
#include "segment_script.h"

#include <algorithm>

#include "../unit/export/segment_builder.h"

namespace leakhook::fuzz {
namespace {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

constexpr std::size_t kLargestRegion = 1 << 16;

class Script {
 public:
  explicit Script(Input input) : in_(input) {}

  ScriptedSegment run() {
    const auto form = static_cast<Form>(in_.next<u8>() % static_cast<int>(Form::count));
    while (!in_.is_empty()) act(static_cast<Act>(in_.next<u8>() % static_cast<int>(Act::acts)));
    ScriptedSegment made{form, form == Form::spread_file ? builder_.spread() : builder_.packed()};
    for (const auto& [offset, word] : header_words_)
      std::memcpy(made.bytes.data() + offset, &word, sizeof word);
    if (cut_ < made.bytes.size()) made.bytes.resize(cut_);
    return made;
  }

 private:
  void act(Act act) {
    switch (act) {
      case Act::module: {
        const std::string path = in_.text(), id = in_.text();
        const u64 start = in_.next<u64>(), size = in_.next<u64>();
        builder_.module(path, id, start, size, in_.next<u64>());
        break;
      }
      case Act::name:
        builder_.name(in_.text());
        break;
      case Act::stack: {
        std::vector<u64> places(in_.next<u8>() % 16);
        for (u64& place : places) place = in_.next<u64>();
        builder_.stack(places, in_.next<u8>());
        break;
      }
      case Act::mark: {
        const StackId stack = in_.next<u8>();
        builder_.mark(stack, in_.text());
        break;
      }
      case Act::region_word:
        change_region();
        break;
      case Act::region_size: {
        std::string& bytes = region();
        bytes.resize(std::min<std::size_t>(in_.next<u16>(), kLargestRegion));
        break;
      }
      case Act::header_word: {
        const std::size_t offset = in_.next<u16>() % (sizeof(Header) - sizeof(u64));
        header_words_.emplace_back(offset, in_.next<u64>());
        break;
      }
      case Act::cut:
        cut_ = in_.next<u32>();
        break;
      default:
        add_record(act);
    }
  }

  void add_record(Act act) {
    const StackId stack = in_.next<u8>();
    switch (act) {
      case Act::live: {
        const u64 address = in_.next<u64>(), size = in_.next<u64>();
        const NameId thread = in_.next<u16>();
        builder_.live(address, size, stack, thread, in_.next<u32>());
        break;
      }
      case Act::reach: {
        const u64 address = in_.next<u64>(), size = in_.next<u64>();
        const auto word = static_cast<Reach>(in_.next<u8>());
        builder_.reach(address, size, stack, word, in_.next<u8>());
        break;
      }
      case Act::count: {
        const u64 objects = in_.next<u64>(), bytes = in_.next<u64>();
        builder_.count(stack, objects, bytes, in_.next<u8>() % kCountShards);
        break;
      }
      case Act::fd: {
        const int number = in_.next<u8>();
        FdRecord& record = builder_.fd(number, in_.next<Kind>(), stack, in_.next<u32>());
        record.name_form = in_.next<u8>();
        record.flags = in_.next<u8>();
        name(record.name, &record.name_size);
        break;
      }
      case Act::thread: {
        ThreadRecord& record =
            builder_.thread(in_.next<ThreadState>(), in_.next<std::int32_t>(), stack);
        record.name = in_.next<u8>();
        record.is_detached = in_.next<u8>();
        record.is_main = in_.next<u8>();
        break;
      }
      case Act::misuse: {
        MisuseRecord& record = builder_.misuse(in_.next<MisuseKind>(), in_.next<Kind>(), stack);
        record.closed = in_.next<u8>();
        record.opened = in_.next<u8>();
        record.count = in_.next<u32>();
        record.flags = in_.next<u8>();
        break;
      }
      default: {
        ResourceRecord& record = builder_.resource(in_.next<Kind>(), in_.next<u64>(), stack);
        record.size = in_.next<u64>();
        record.flags = in_.next<u8>();
        u8 ignored = 0;
        name(record.name, &ignored);
      }
    }
  }

  template <std::size_t kSize>
  void name(char (&to)[kSize], u8* size) {
    const std::string text = in_.text();
    *size = static_cast<u8>(text.size());
    std::memcpy(to, text.data(), std::min(text.size(), kSize));
  }

  std::string& region() {
    return builder_.bytes(static_cast<Region>(in_.next<u8>() % static_cast<int>(Region::count)));
  }

  void change_region() {
    std::string& bytes = region();
    const std::size_t offset = in_.next<u16>();
    const u64 word = in_.next<u64>();
    if (bytes.size() >= sizeof word)
      std::memcpy(bytes.data() + offset % (bytes.size() - 7), &word, sizeof word);
  }

  Input in_;
  testing::SegmentBuilder builder_;
  std::vector<std::pair<std::size_t, u64>> header_words_;
  std::size_t cut_ = ~std::size_t{0};
};

}  // namespace

ScriptedSegment segment_of(Input input) { return Script(input).run(); }

}  // namespace leakhook::fuzz
