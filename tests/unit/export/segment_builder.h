// SPDX-License-Identifier: Apache-2.0
// Segments as a service would write them, and such as no service would: bytes in both forms.
#pragma once
#include <string>
#include <vector>

#include "../../../preload/contract/layout.h"

namespace leakhook::testing {

class SegmentBuilder {
 public:
  SegmentBuilder();

  Header& header() { return *reinterpret_cast<Header*>(regions_.back().data()); }
  void set_text(char* field, std::size_t size, const std::string& text);

  ModuleId module(const std::string& path, const std::string& build_id, std::uint64_t start,
                  std::uint64_t size, std::uint64_t load_bias);
  NameId name(const std::string& text);
  /// `places`: Node::place, innermost first; equal outer parts share their nodes.
  StackId stack(const std::vector<std::uint64_t>& places, std::uint16_t end = 0);
  /// Gives a stack a mark.
  void mark(StackId stack, const std::string& text);
  void live(std::uint64_t address, std::uint64_t size, StackId stack, NameId thread = 0,
            std::uint32_t birth = 1);
  /// A block that a snapshot did not reach, and that there was one. `leader`: index of a record;
  /// that of this one unless given. Requires: rising addresses.
  void reach(std::uint64_t address, std::uint64_t size, StackId stack, Reach word);
  void reach(std::uint64_t address, std::uint64_t size, StackId stack, Reach word,
             std::uint32_t leader);
  void count(StackId stack, std::uint64_t objects, std::uint64_t bytes, std::uint32_t shard = 0);
  /// Records with version 2. The reference holds until the next call.
  FdRecord& fd(int number, Kind kind, StackId stack, std::uint32_t birth = 1);
  ThreadRecord& thread(ThreadState state, std::int32_t tid, StackId stack);
  MisuseRecord& misuse(MisuseKind misuse, Kind kind, StackId stack);
  ResourceRecord& resource(Kind kind, std::uint64_t identity, StackId stack);

  /// The bytes of a region, to be damaged.
  std::string& bytes(Region region) { return regions_[static_cast<int>(region)]; }

  template <class T>
  T& at(Region region, std::size_t index) {
    std::string& all = bytes(region);
    if (all.size() < (index + 1) * sizeof(T)) all.resize((index + 1) * sizeof(T));
    return reinterpret_cast<T*>(all.data())[index];
  }

  std::string packed();
  std::string spread();

 private:
  void set_extents(bool is_packed);

  std::vector<std::string> regions_;  ///< behind them the header
  std::size_t live_count_ = 0;
  std::size_t resource_count_ = 0;
  std::size_t misuse_count_ = 0;
};

inline std::uint64_t place(std::uint64_t return_address, ModuleId module = 0) {
  return return_address | std::uint64_t{module} << 48;
}

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  std::vector<std::string> names() const;

 private:
  std::string path_;
};

void write_file(const std::string& path, const std::string& bytes);
std::string read_file(const std::string& path);

}  // namespace leakhook::testing
