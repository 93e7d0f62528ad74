// SPDX-License-Identifier: Apache-2.0
// How do the files of one dump get to their place? All or none, whole or not at all, and never over
// the file of another process.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace leakhook {

/// Tells processes apart that once had the same pid. Stands in the comments of each profile.
struct ProcessIdentity {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;

  std::string pid_comment() const;
  std::string start_comment() const;
};

/// The compressed profile at `path` was made from this very process. Never follows symbolic links.
bool is_profile_of(const std::string& path, const ProcessIdentity& process);

class OutputFiles {
 public:
  /// `stem`: absolute path; ".<profile>.pb.gz" is appended.
  OutputFiles(std::string stem, ProcessIdentity process);
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;
  /// Removes what was written and not published.
  ~OutputFiles();

  /// Writes one profile beside its place. False: see error().
  bool write(const std::string& profile, std::string_view bytes);
  /// Puts all that was written in place and removes profiles of an older dump with the same names
  /// of this process that have no successor. False: see error().
  bool publish();

  /// One line for people.
  const std::string& error() const { return error_; }
  /// What the files are called without ".<profile>.pb.gz". Known after publish().
  const std::string& stem() const { return stem_; }
  /// Absolute names, in the order of writing. Known after publish().
  const std::vector<std::string>& published() const { return published_; }

 private:
  struct Written {
    std::string profile;
    std::string temporary;
  };

  /// What a file was when it was looked at: device, inode, time of its last change.
  using FileVersion = std::tuple<dev_t, ino_t, std::int64_t>;

  bool fail(const std::string& path);
  bool may_take(const std::string& path);
  void choose_stem();
  bool place(const Written& written);
  std::string path_of(const std::string& stem, const std::string& profile) const;
  std::string stem_number(int number) const;

  std::string wanted_stem_;
  std::string stem_;
  ProcessIdentity process_;
  std::map<std::string, FileVersion> ours_;
  std::vector<Written> written_;
  std::vector<std::string> published_;
  std::string error_;
};

}  // namespace leakhook
