// SPDX-License-Identifier: Apache-2.0
// What do the tables of a profile say, and what each of its samples?
#include "profile_decoder.h"

#include <algorithm>
#include <cstdio>

#include "../presentable.h"
#include "../profile_fields.h"
#include "profile.pb.h"

namespace leakhook::verdict {
namespace {

namespace pb = perftools::profiles;

/// Table entries and frames of a profile: some ten times what large services have. One entry takes
/// up to 80 bytes of memory for 2 of the file.
constexpr std::uint64_t kMostEntries = 16 << 20;
/// Holdings have their texts as copies of their own.
constexpr std::uint64_t kMostMemory = std::uint64_t{4} << 30;
/// All that a profile may tell of: more than any address space has, and exact in every report.
constexpr std::int64_t kMostHeld = std::int64_t{1} << 53;
constexpr std::size_t kMostBytesOfOne = 1 << 20;
constexpr std::size_t kMostFramesOfOne = 4096;
constexpr std::size_t kMostComments = 1000;

template <class Message>
bool parse(const ProfileField& field, Message* message) {
  return field.is_bytes && field.bytes.size() <= kMostBytesOfOne &&
         message->ParseFromArray(field.bytes.data(), static_cast<int>(field.bytes.size()));
}

bool is_table(int field) {
  return field != pb::Profile::kSampleFieldNumber && field <= pb::Profile::kStringTableFieldNumber;
}

}  // namespace

ProfileDecoder::ProfileDecoder() : entries_left_(kMostEntries), memory_left_(kMostMemory) {}

bool ProfileDecoder::fail(const std::string& what) {
  if (error_.empty()) error_ = what;
  return false;
}

bool ProfileDecoder::spend(std::uint64_t bytes) {
  if (memory_left_ < bytes) return fail("is too large: its stacks and texts take too much memory");
  memory_left_ -= bytes;
  return true;
}

std::string ProfileDecoder::read_tables(std::string_view bytes) {
  bytes_ = bytes;
  const bool is_whole =
      for_each_field(bytes, [&](const ProfileField& field) { return take(field); });
  if (!is_whole) fail("is no profile: its bytes are damaged");
  if (error_.empty() && (texts_.empty() || !texts_[0].empty()))
    fail("is no profile: its table of texts does not begin with an empty one");
  if (!error_.empty() || !find_values()) return error_;
  for (std::size_t key = 0; key < std::size(kLabelKeys); ++key)
    keys_[kLabelKeys[key].key] = static_cast<LabelKey>(key);
  return {};
}

bool ProfileDecoder::take(const ProfileField& field) {
  if (is_table(field.number) && entries_left_-- == 0) return fail("is too large: too many entries");
  switch (field.number) {
    case pb::Profile::kStringTableFieldNumber:
      texts_.push_back(field.bytes);
      return field.is_bytes;
    case pb::Profile::kSampleTypeFieldNumber: {
      pb::ValueType type;
      if (!parse(field, &type)) return false;
      types_.push_back(type.type());
      return true;
    }
    case pb::Profile::kMappingFieldNumber: {
      pb::Mapping mapping;
      if (!parse(field, &mapping)) return false;
      if (mappings_.empty()) main_build_id_ = mapping.build_id();
      mappings_.push_back(mapping.filename());
      return mapping.id() == mappings_.size() || fail("is damaged: ids of mappings are not 1 to n");
    }
    case pb::Profile::kFunctionFieldNumber: {
      pb::Function function;
      if (!parse(field, &function)) return false;
      functions_.push_back({function.name(), function.system_name(), function.filename()});
      return function.id() == functions_.size() ||
             fail("is damaged: ids of functions are not 1 to n");
    }
    case pb::Profile::kLocationFieldNumber: {
      pb::Location location;
      return parse(field, &location) && take_location(location);
    }
    case pb::Profile::kTimeNanosFieldNumber:
      time_ns_ = static_cast<std::int64_t>(field.value);
      return !field.is_bytes;
    case pb::Profile::kCommentFieldNumber:
      return for_each_number(field, [&](std::uint64_t text) {
        if (comments_.size() < kMostComments) comments_.push_back(text);
      });
    default:
      return true;
  }
}

bool ProfileDecoder::take_location(const pb::Location& location) {
  const auto lines = static_cast<std::uint64_t>(location.line_size());
  if (entries_left_ < lines) return fail("is too large: too many lines");
  entries_left_ -= lines;
  locations_.push_back({location.mapping_id(), location.address(), lines_.size(), lines, {}});
  for (const pb::Line& line : location.line()) lines_.push_back({line.function_id(), line.line()});
  return location.id() == locations_.size() || fail("is damaged: ids of locations are not 1 to n");
}

bool ProfileDecoder::is_text(std::int64_t number) const {
  return number >= 0 && static_cast<std::uint64_t>(number) < texts_.size();
}

std::string ProfileDecoder::text(std::int64_t number) {
  if (!is_text(number)) return {};
  const std::string_view raw = texts_[static_cast<std::size_t>(number)];
  return spend(raw.size()) ? presentable(raw) : std::string();
}

Stack ProfileDecoder::stack(const std::vector<std::uint32_t>& frames) {
  Stack stack;
  std::uint64_t size = 0;
  for (const std::uint32_t index : frames) {
    const Frame& frame = frames_[index];
    size += sizeof frame + frame.function.size() + frame.system_name.size() + frame.file.size() +
            frame.module.size();
  }
  if (!spend(size)) return stack;
  stack.reserve(frames.size());
  for (const std::uint32_t index : frames) stack.push_back(frames_[index]);
  return stack;
}

std::vector<std::string> ProfileDecoder::comments() {
  std::vector<std::string> comments;
  for (const std::uint64_t number : comments_)
    comments.push_back(text(static_cast<std::int64_t>(number)));
  return comments;
}

std::string ProfileDecoder::main_module() {
  return mappings_.empty() ? std::string() : text(mappings_[0]);
}

std::string ProfileDecoder::main_build_id() { return text(main_build_id_); }

std::size_t ProfileDecoder::index_of(std::string_view type) const {
  const auto found = std::find_if(types_.begin(), types_.end(), [&](std::int64_t number) {
    return is_text(number) && texts_[static_cast<std::size_t>(number)] == type;
  });
  return static_cast<std::size_t>(found - types_.begin());
}

/// Which profile of ours has values of these types?
bool ProfileDecoder::find_values() {
  for (const HeldValues& held : kHeldValues) {
    count_index_ = index_of(held.count);
    bytes_index_ = held.bytes ? index_of(held.bytes) : count_index_;
    if (count_index_ == types_.size() || bytes_index_ == types_.size()) continue;
    profile_ = held.profile;
    return true;
  }
  return fail("is no profile of leakhook: the types of its values are others");
}

std::string ProfileDecoder::read_samples(
    const std::function<std::string(const DecodedSample&)>& visit) {
  pb::Sample sample;
  DecodedSample decoded;
  held_.assign(types_.size(), 0);
  for_each_field(bytes_, [&](const ProfileField& field) {
    if (field.number != pb::Profile::kSampleFieldNumber) return true;
    if (!parse(field, &sample)) return fail("is damaged: a sample cannot be read");
    if (!decode(sample, &decoded)) return false;
    if (decoded.count == 0 && profile_ != Profile::misuse) return true;
    const std::string error = visit(decoded);
    return error_.empty() && (error.empty() || fail(error));
  });
  return error_;
}

/// The value, or what is left for it. Never 0 where it was not.
std::int64_t ProfileDecoder::credible(std::size_t type, std::int64_t value) {
  const std::int64_t taken = std::min(value, std::max<std::int64_t>(kMostHeld - held_[type], 1));
  held_[type] += taken;
  return taken;
}

bool ProfileDecoder::decode(const pb::Sample& sample, DecodedSample* out) {
  if (static_cast<std::size_t>(sample.value_size()) != types_.size())
    return fail("is damaged: a sample has too many or too few values");
  for (const std::int64_t value : sample.value())
    if (value < 0) return fail("is damaged: a value is negative");
  out->values.clear();
  for (const std::int64_t value : sample.value())
    out->values.push_back(credible(out->values.size(), value));
  out->count = out->values[count_index_];
  out->bytes = bytes_index_ == count_index_ ? 0 : out->values[bytes_index_];
  if (out->count == 0 && profile_ != Profile::misuse) return true;
  out->frames.clear();
  for (const std::uint64_t id : sample.location_id()) {
    if (id == 0 || id > locations_.size())
      return fail("is damaged: a sample names a location that is not there");
    const auto& frames = frames_of(&locations_[id - 1]);
    out->frames.insert(out->frames.end(), frames.begin(), frames.end());
    if (out->frames.size() > kMostFramesOfOne) return fail("is damaged: a stack is too deep");
  }
  return error_.empty() && decode_labels(sample, out);
}

bool ProfileDecoder::decode_labels(const pb::Sample& sample, DecodedSample* out) {
  for (std::size_t key = 0; key < std::size(kLabelKeys); ++key)
    out->labels[key] = kLabelKeys[key].unit ? -1 : 0;
  for (const pb::Label& label : sample.label()) {
    if (!is_text(label.key()) || !is_text(label.str()))
      return fail("is damaged: a label names a text that is not there");
    const auto key = keys_.find(texts_[static_cast<std::size_t>(label.key())]);
    if (key == keys_.end()) continue;
    const auto index = static_cast<std::size_t>(key->second);
    const bool is_number = kLabelKeys[index].unit != nullptr;
    if (is_number ? label.str() != 0 || label.num() < 0 : label.str() == 0)
      return fail("is damaged: the label " + std::string(key->first) + " has no value that it may");
    out->labels[index] = is_number ? label.num() : label.str();
  }
  return true;
}

const std::vector<std::uint32_t>& ProfileDecoder::frames_of(Location* location) {
  if (!location->frames.empty()) return location->frames;
  for (std::size_t i = 0; i < location->lines; ++i)
    location->frames.push_back(number_of(*location, &lines_[location->first_line + i]));
  if (location->lines == 0) location->frames.push_back(number_of(*location, nullptr));
  return location->frames;
}

std::uint32_t ProfileDecoder::number_of(const Location& location, const Line* line) {
  FrameKey key{};
  if (location.mapping > mappings_.size())
    fail("is damaged: a location lies in no mapping");
  else if (location.mapping != 0)
    key[5] = mappings_[location.mapping - 1];
  if (!line) {
    key[0] = static_cast<std::int64_t>(location.address);
  } else if (line->function == 0 || line->function > functions_.size()) {
    fail("is damaged: a line names a function that is not there");
  } else {
    const Function& function = functions_[line->function - 1];
    key = {0, function.name, function.system_name, function.file, line->line, key[5]};
  }
  const auto [at, is_new] = numbers_.try_emplace(key, static_cast<std::uint32_t>(frames_.size()));
  if (!is_new) return at->second;
  for (const std::int64_t number : {key[1], key[2], key[3], key[5]})
    if (!is_text(number)) fail("is damaged: a name is not there");
  Frame& frame = frames_.emplace_back();
  frame.function = text(key[1]);
  frame.system_name = text(key[2]);
  frame.file = text(key[3]);
  frame.line = std::max<std::int64_t>(key[4], 0);
  frame.module = text(key[5]);
  if (frame.function.empty()) frame.function = frame.system_name;
  if (frame.function.empty()) {
    char address[32];
    std::snprintf(address, sizeof address, "[0x%llx]",
                  static_cast<unsigned long long>(location.address));
    frame.function = address;
  }
  // Places without a name stand in brackets under both.
  if (frame.function.starts_with('[')) frame.system_name.clear();
  return at->second;
}

}  // namespace leakhook::verdict
