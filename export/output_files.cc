// SPDX-License-Identifier: Apache-2.0
// How do the files of one dump get to their place?
#include "output_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "../preload/contract/file_names.h"
#include "../preload/contract/kinds.h"
#include "file_bytes.h"
#include "gzip.h"
#include "open_file.h"
#include "profile.pb.h"
#include "profile_fields.h"
#include "profile_words.h"
#include "replace_file.h"

namespace leakhook {
namespace {

/// STEM, STEM.PID, STEM.PID.2 … : more foreign files of one name are no accident.
constexpr int kMostStems = 100;

/// Renames only if nothing is there; EEXIST otherwise.
bool rename_to_free(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  // Some file systems do not know the flag; a hard link never replaces either.
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (link(from.c_str(), to.c_str()) != 0) return false;
  unlink(from.c_str());
  return true;
}

/// The comments of a serialized profile. Passes over its samples, which are nearly all of it.
std::vector<std::string> comments_of(const std::string& bytes) {
  using perftools::profiles::Profile;
  std::vector<std::string_view> texts;
  std::vector<std::uint64_t> numbers;
  const bool is_whole = for_each_field(bytes, [&](const ProfileField& field) {
    if (field.number == Profile::kStringTableFieldNumber) texts.push_back(field.bytes);
    if (field.number != Profile::kCommentFieldNumber) return true;
    return for_each_number(field, [&](std::uint64_t number) { numbers.push_back(number); });
  });
  std::vector<std::string> comments;
  for (const std::uint64_t number : numbers)
    if (is_whole && number < texts.size()) comments.emplace_back(texts[number]);
  return comments;
}

}  // namespace

std::string ProcessIdentity::pid_comment() const { return words::kPid + std::to_string(pid); }

std::string ProcessIdentity::start_comment() const {
  return words::kProcessStart + std::to_string(start_ticks);
}

bool is_profile_of(const std::string& path, const ProcessIdentity& process) {
  const OpenFile file(path, O_NOFOLLOW);
  if (!file.error().empty()) return false;
  const std::vector<std::string> comments =
      comments_of(decompressed(file_bytes(file.fd()).value_or("")).value_or(""));
  const auto says = [&](const std::string& text) {
    return std::find(comments.begin(), comments.end(), text) != comments.end();
  };
  return says(process.pid_comment()) && says(process.start_comment());
}

OutputFiles::OutputFiles(std::string stem, ProcessIdentity process)
    : wanted_stem_(std::move(stem)), process_(process) {}

OutputFiles::~OutputFiles() {
  for (const Written& written : written_)
    if (!written.temporary.empty()) unlink(written.temporary.c_str());
}

bool OutputFiles::fail(const std::string& path) {
  error_ = "cannot write " + path + ": " + strerror(errno);
  return false;
}

std::string OutputFiles::path_of(const std::string& stem, const std::string& profile) const {
  return stem + "." + profile + kProfileSuffix;
}

std::string OutputFiles::stem_number(int number) const {
  if (number == 0) return wanted_stem_;
  const std::string with_pid = wanted_stem_ + "." + std::to_string(process_.pid);
  return number == 1 ? with_pid : with_pid + "." + std::to_string(number);
}

bool OutputFiles::write(const std::string& profile, std::string_view bytes) {
  const std::string path = path_of(wanted_stem_, profile);
  const std::string temporary = write_beside(path, bytes, 0600);
  if (temporary.empty()) return fail(path);
  written_.push_back({profile, temporary});
  return true;
}

/// Nothing is there, or a profile of this process. Reading one takes time, so a file that was found
/// to be ours is known again while it stays the same.
bool OutputFiles::may_take(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return errno == ENOENT;
  const auto moment = [](const timespec& time) {
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
  };
  const FileVersion version{status.st_dev, status.st_ino, moment(status.st_mtim)};
  const auto known = ours_.find(path);
  if (known != ours_.end() && known->second == version) return true;
  if (!is_profile_of(path, process_)) return false;
  ours_[path] = version;
  return true;
}

/// The files of one dump keep one stem: the first whose names are all free or ours.
void OutputFiles::choose_stem() {
  for (int number = 0; number < kMostStems; ++number) {
    stem_ = stem_number(number);
    const bool is_free =
        std::all_of(std::begin(kProfileRows), std::end(kProfileRows),
                    [&](const ProfileRow& row) { return may_take(path_of(stem_, row.name)); });
    if (is_free) return;
  }
}

bool OutputFiles::place(const Written& written) {
  // Between our look and the rename another process may take the name; then we look again.
  for (int attempt = 0; attempt < kMostStems; ++attempt) {
    const std::string path = path_of(stem_, written.profile);
    if (rename_to_free(written.temporary, path)) return true;
    const int reason = errno;
    if (reason == EEXIST) {
      if (!may_take(path)) {
        choose_stem();
        continue;
      }
      if (rename(written.temporary.c_str(), path.c_str()) == 0) return true;
    }
    return fail(path);
  }
  error_ =
      "cannot write " + path_of(wanted_stem_, written.profile) + ": files of others in the way";
  return false;
}

bool OutputFiles::publish() {
  choose_stem();
  for (Written& written : written_) {
    if (!place(written)) return false;
    written.temporary.clear();
    published_.push_back(path_of(stem_, written.profile));
  }
  for (const ProfileRow& row : kProfileRows) {
    const std::string path = path_of(stem_, row.name);
    const bool is_new = std::find(published_.begin(), published_.end(), path) != published_.end();
    if (!is_new && ours_.count(path) && may_take(path)) unlink(path.c_str());
  }
  return true;
}

}  // namespace leakhook
