// SPDX-License-Identifier: Apache-2.0
// From what lies on the disk to dumps.
#include "profile_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <new>
#include <set>

#include "../../preload/contract/file_names.h"
#include "../../preload/contract/kinds.h"
#include "../base_name.h"
#include "../file_bytes.h"
#include "../open_file.h"
#include "../segment_profiles.h"
#include "dump_comments.h"
#include "read_profile.h"

namespace leakhook::verdict {
namespace {

/// Files that make one dump, a segment or profiles of one stem; or a folder of them.
struct Source {
  std::string stem;
  std::vector<std::string> profiles;
  std::string segment;
  std::string folder;
  bool is_left_behind = false;  ///< a segment as its process left it
};

std::string stem_of(const std::string& path) {
  std::string stem = path;
  if (stem.ends_with(kProfileSuffix)) stem.resize(stem.size() - std::strlen(kProfileSuffix));
  for (const ProfileRow& row : kProfileRows) {
    const std::string suffix = std::string(".") + row.name;
    if (stem.ends_with(suffix)) return stem.substr(0, stem.size() - suffix.size());
  }
  return stem;
}

/// Puts paths that belong to one dump together, in the order of their first one.
void add_file(const std::string& path, std::vector<Source>* sources) {
  if (path.ends_with(kSegmentSuffix)) return sources->push_back({path, {}, path, {}});
  const std::string stem = stem_of(path);
  auto found = std::find_if(sources->begin(), sources->end(), [&](const Source& source) {
    return source.stem == stem && !source.profiles.empty();
  });
  if (found == sources->end()) found = sources->insert(found, Source{stem, {}, {}, {}});
  if (std::find(found->profiles.begin(), found->profiles.end(), path) == found->profiles.end())
    found->profiles.push_back(path);
}

/// False: no profile has this stem.
bool add_stem(const std::string& stem, std::vector<Source>* sources) {
  bool is_one = false;
  for (const ProfileRow& row : kProfileRows) {
    const std::string path = stem + "." + row.name + kProfileSuffix;
    if (access(path.c_str(), F_OK) != 0) continue;
    add_file(path, sources);
    is_one = true;
  }
  return is_one;
}

/// A process, earlier ones first.
using Identity = std::pair<std::uint64_t, pid_t>;  ///< start ticks, pid

/// A segment that lies as its process left it, no dump that was asked for.
struct LeftBehind {
  Identity process;
  std::uint64_t start_ns = 0;  ///< when its program began; each exec begins another
};

std::optional<LeftBehind> left_behind(const std::string& path) {
  const OpenFile file(path);
  if (!file.error().empty()) return {};
  const FileHeader header(file);
  if (!header || header->packed) return {};
  return LeftBehind{{header->process_start_ticks, header->pid}, header->start_realtime_ns};
}

/// Of what a process left behind only its last program's counts: the others ended by exec.
void keep_last_programs(std::vector<Source>* sources) {
  std::map<Identity, std::pair<std::uint64_t, std::string>> last;
  for (Source& source : *sources) {
    const auto left = source.segment.empty() ? std::nullopt : left_behind(source.segment);
    source.is_left_behind = left.has_value();
    if (!left) continue;
    auto& latest = last[left->process];
    latest = std::max(latest, {left->start_ns, source.segment});
  }
  std::set<std::string> kept;
  for (const auto& [process, program] : last) kept.insert(program.second);
  std::erase_if(*sources, [&](const Source& source) {
    return source.is_left_behind && !kept.contains(source.segment);
  });
}

/// In the order of their names, whatever order the folder has. What processes said themselves comes
/// before what they left behind.
std::vector<Source> sources_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string path = entry.path().string();
    if (path.ends_with(kProfileSuffix) || path.ends_with(kSegmentSuffix)) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Source> sources;
  for (const std::string& path : paths) add_file(path, &sources);
  keep_last_programs(&sources);
  std::stable_partition(sources.begin(), sources.end(),
                        [](const Source& source) { return !source.is_left_behind; });
  return sources;
}

/// One more file of the dump, or the first. Empty or what is wrong with it.
std::string add(ReadProfile profile, ProfileFile* file, std::optional<Dump>* dump) {
  Dump said;
  said.comments = std::move(profile.comments);
  said.time_ns = profile.time_ns;
  const std::string error = read_comments(&said);
  if (!error.empty()) return error;
  if (said.program.empty()) said.program = base_name(profile.main_module);
  said.executable = std::move(profile.main_module);
  said.build_id = std::move(profile.main_build_id);
  file->name = kProfileRows[static_cast<int>(profile.profile)].name;
  if (!*dump) {
    *dump = std::move(said);
  } else {
    const Dump& first = **dump;
    const std::string& beside = first.files.front().path;
    if (first.pid != said.pid || first.start_ticks != said.start_ticks ||
        first.time_ns != said.time_ns)
      return "is not of the same dump as " + beside;
    for (const ProfileFile& other : first.files)
      if (other.name == file->name)
        return "is a second " + file->name + " profile of the dump beside " + other.path;
  }
  std::move(profile.holdings.begin(), profile.holdings.end(),
            std::back_inserter((*dump)->holdings));
  std::move(profile.misuses.begin(), profile.misuses.end(), std::back_inserter((*dump)->misuses));
  (*dump)->files.push_back(std::move(*file));
  return {};
}

using Newest = std::map<Identity, Dump>;

class Reader {
 public:
  /// Nothing, and an error, when no part of it can be read.
  std::optional<Dump> read(const Source& source) { return read(source, {}); }
  void read_folder(const std::string& folder);

  ReadDumps result;

 private:
  std::optional<Dump> read(const Source& source, const Newest& known);
  std::optional<Dump> read_segment_file(const std::string& path, const Newest& known);
  std::optional<Dump> fail(const std::string& path, const std::string& what) {
    result.errors.push_back(path + " " + what);
    return {};
  }
};

std::optional<Dump> Reader::read(const Source& source, const Newest& known) try {
  if (!source.segment.empty()) return read_segment_file(source.segment, known);
  std::vector<ProfileFile> files;
  for (const std::string& path : source.profiles) {
    const OpenFile file(path);
    std::string error = file.error();
    auto bytes = error.empty() ? file_bytes(file.fd()) : std::nullopt;
    if (!bytes && error.empty()) error = std::string("cannot be read: ") + strerror(errno);
    if (bytes)
      files.push_back({"", path, std::move(*bytes)});
    else
      fail(path, error);
  }
  return dump_of(std::move(files), &result.errors);
} catch (const std::bad_alloc&) {
  return fail(source.stem, "takes more memory than there is");
}

/// A segment of which a dump of its end is `known` is no news: nothing then.
std::optional<Dump> Reader::read_segment_file(const std::string& path, const Newest& known) {
  const OpenFile file(path);
  std::string error = file.error();
  if (!error.empty()) return fail(path, error);
  SegmentProfiles segment;
  error = segment.read(file.fd());
  if (!error.empty()) return fail(path, error);
  const Header& header = *segment.header();
  const bool has_said_all = header.state.load() == ProcessState::ending && !header.packed;
  if (has_said_all && known.count({header.process_start_ticks, header.pid})) return {};
  std::vector<ProfileFile> files;
  for (const FinishedProfile& profile : segment.make(kLabelFd | kLabelPath, true).profiles)
    files.push_back({profile.name, "", compressed(profile.bytes)});
  return dump_of(std::move(files), &result.errors);
}

void Reader::read_folder(const std::string& folder) {
  const std::vector<Source> sources = sources_in(folder);
  if (sources.empty()) fail(folder, "holds no dump: expected files *.pb.gz or *.lhk");
  Newest newest;
  for (const Source& source : sources) {
    auto dump = read(source, newest);
    if (!dump) continue;
    const Identity process{dump->start_ticks, dump->pid};
    const auto found = newest.find(process);
    // What it left behind tells of its end, whatever it was asked before.
    if (found == newest.end() || source.is_left_behind || found->second.time_ns <= dump->time_ns)
      newest[process] = std::move(*dump);
  }
  for (auto& [process, dump] : newest) result.dumps.push_back(std::move(dump));
}

}  // namespace

std::optional<Dump> dump_of(std::vector<ProfileFile> files, std::vector<std::string>* errors) {
  std::optional<Dump> dump;
  for (ProfileFile& file : files) {
    ReadProfile profile;
    std::string error = read_profile(file.bytes, &profile);
    if (error.empty()) error = add(std::move(profile), &file, &dump);
    if (!error.empty())
      errors->push_back((file.path.empty() ? file.name : file.path) + " " + error);
  }
  return dump;
}

ReadDumps read_dumps(const std::vector<std::string>& paths) {
  Reader reader;
  std::vector<Source> sources;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
      sources.push_back({{}, {}, {}, path});
    else if (std::filesystem::exists(path, ignored))
      add_file(path, &sources);
    else if (!add_stem(path, &sources))
      reader.result.errors.push_back(path + " is no file, no folder and no stem of a dump");
  }
  for (const Source& source : sources) {
    if (!source.folder.empty()) {
      reader.read_folder(source.folder);
    } else if (auto dump = reader.read(source)) {
      reader.result.dumps.push_back(std::move(*dump));
    }
  }
  return std::move(reader.result);
}

}  // namespace leakhook::verdict
