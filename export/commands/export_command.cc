// SPDX-License-Identifier: Apache-2.0
// `leakhook export`: from a segment to the files of one dump.
#include "export_command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "../../preload/contract/file_names.h"
#include "../../preload/contract/request.h"
#include "../gzip.h"
#include "../output_files.h"
#include "../profile_bundle.h"
#include "../reply_socket.h"
#include "../segment_profiles.h"
#include "arguments.h"
#include "say.h"

namespace leakhook {
namespace {

struct ExportOptions {
  std::string input;  ///< a file, or "-": started by a service that streams its segment to us
  std::string stem;   ///< empty: the input without ".lhk"
  std::vector<std::string> labels;
  std::optional<std::uint32_t> reply_token;
  pid_t live_pid = 0;  ///< the service behind "-": looked at before the stream is asked for
  bool is_quiet = false;
};

std::string working_folder() {
  char folder[4096];
  return getcwd(folder, sizeof folder) ? folder : "";
}

std::string absolute(const std::string& path) {
  return path.starts_with('/') ? path : working_folder() + "/" + path;
}

/// As a user in the same folder would type it.
std::string short_path(const std::string& path) {
  const std::string folder = working_folder() + "/";
  return folder.size() > 1 && path.starts_with(folder) ? path.substr(folder.size()) : path;
}

std::string default_stem(const std::string& input) {
  return input.ends_with(kSegmentSuffix)
             ? input.substr(0, input.size() - std::strlen(kSegmentSuffix))
             : input;
}

std::string readable_size(std::int64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string dump_line(const SegmentView& view, const DumpSummary& summary,
                      const std::string& stem) {
  const Header& header = view.header();
  const std::string what =
      header.packed ? "dump " + std::to_string(header.dump_number) : std::string("last state");
  const auto blocks = static_cast<std::size_t>(summary.heap_blocks);
  return what + " of " + view.program() + "[" + std::to_string(header.pid) + "]: heap " +
         readable_size(summary.heap_bytes) + " in " + counted(blocks, "block") + ", " +
         counted(summary.fds, "fd") + ", " + counted(summary.threads, "thread") + ", " +
         counted(summary.timers, "timer") +
         (summary.misuses != 0 ? ", " + counted(summary.misuses, "misuse") : "") + " -> " +
         short_path(stem) + ".*.pb.gz";
}

/// What a terminal or a service manager sends to end the service reaches us too; its last dump
/// must not be lost by that, and we end as soon as the stream does.
void outlive_the_service() {
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) signal(signal_number, SIG_IGN);
}

class Export {
 public:
  explicit Export(const ExportOptions& options) : options_(options) {}

  int run() {
    if (is_stream() && options_.stem.empty()) return fail(kExitUnable, "-o is missing");
    const int input = is_stream() ? STDIN_FILENO : open_input();
    if (input < 0) return fail(kExitUnable, options_.input + ": " + strerror(errno));
    if (options_.live_pid > 0 && !look_first())
      return fail(kExitUnable, std::string("cannot ask for the dump: ") + strerror(errno));
    const std::string error = profiles_.read(input);
    if (!error.empty())
      return fail(kExitUnable, (is_stream() ? "the dump" : options_.input) + " " + error);
    return write_profiles();
  }

  int fail(int status, const std::string& line) {
    if (status == kExitUnable || is_talkative()) tell(line);
    const std::string error = kErrorReply + line + "\n";
    if (!reply(Wanted::profiles, error)) reply(Wanted::names, error);
    return status;
  }

 private:
  bool is_stream() const { return options_.input == "-"; }

  int open_input() const {
    // Not waiting for the other end should the name be that of a pipe.
    const int fd = open(options_.input.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) fcntl(fd, F_SETFL, 0);
    return fd;
  }

  /// Looks, then tells the keeper to begin. False: it cannot be told, and waits until we end.
  bool look_first() {
    profiles_.look_first(options_.live_pid);
    // Nobody waits where the input is a pipe or a file.
    return send(STDIN_FILENO, "r", 1, MSG_NOSIGNAL) == 1 || errno == ENOTSOCK || errno == EPIPE;
  }

  int write_profiles() {
    const DumpProfiles dump = profiles_.make(set_of(options_.labels), !is_stream());
    const Header& header = *profiles_.header();
    std::vector<verdict::ProfileFile> files;
    for (const FinishedProfile& profile : dump.profiles)
      files.push_back({profile.name, "", compressed(profile.bytes)});
    if (reply(Wanted::profiles, bundle_of(files))) return 0;  // whoever asked wants no files
    const std::string stem =
        absolute(options_.stem.empty() ? default_stem(options_.input) : options_.stem);
    OutputFiles output(stem, {header.pid, header.process_start_ticks});
    for (const verdict::ProfileFile& file : files)
      if (!output.write(file.name, file.bytes)) return fail(kExitNotWritten, output.error());
    if (!output.publish()) return fail(kExitNotWritten, output.error());
    if (is_talkative()) tell(dump_line(profiles_.view(), dump.summary, output.stem()));
    std::string names;
    for (const std::string& path : output.published()) names += path + "\n";
    reply(Wanted::names, names);
    return 0;
  }

  bool is_talkative() const {
    const Header* header = profiles_.header();
    return !options_.is_quiet && (!header || header->settings.verbose >= 1);
  }

  /// Who makes a service's dump waits for no reader of its lines: the service may wait for the end.
  void tell(const std::string& line) const {
    if (!is_stream() || can_say()) say(line);
  }

  /// False: nobody wants to know that.
  bool reply(Wanted wanted, const std::string& text) {
    const Header* header = profiles_.header();
    return options_.reply_token && header &&
           send_reply(header->pid, *options_.reply_token, wanted, text);
  }

  const ExportOptions& options_;
  SegmentProfiles profiles_;
};

int run_export(const ExportOptions& options) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  if (options.input == "-") outlive_the_service();
  Export one(options);
  try {
    return one.run();
  } catch (const std::bad_alloc&) {
    return one.fail(kExitUnable, "not enough memory to make profiles");
  }
}

}  // namespace

void add_export_command(CommandLine& line) {
  const auto options = std::make_shared<ExportOptions>();
  Subcommand command = line.add("export", "Make profiles from a segment (.lhk)");
  command.add("FILE", &options->input, "A .lhk file, or - for a dump on standard input")
      .is_required();
  command.add("-o,--output", &options->stem,
              "Path of the profiles without .<profile>.pb.gz; default: FILE without .lhk");
  add_labels(command, &options->labels);
  command.add("--live", &options->live_pid, "The service that streams the dump");
  command.add("--reply", &options->reply_token, "Tell the file names to `leakhook dump`");
  command.add("--quiet", &options->is_quiet, "No line about the dump");
  command.runs([options] { return run_export(*options); });
}

}  // namespace leakhook
