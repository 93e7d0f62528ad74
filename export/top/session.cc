// SPDX-License-Identifier: Apache-2.0
// What happens while somebody watches a service?
#include "session.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include "../report/phrases.h"
#include "history.h"
#include "table.h"

namespace leakhook::top {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
/// The rest of a key's sequence comes at once, or it was the escape key.
constexpr int kKeyRest = 100;  // ms
/// A service that is asked spends at most this part of its time on our dumps.
constexpr int kDumpShare = 10;

/// A descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// One dump at a time, fetched by a thread of its own so that keys are heard meanwhile.
class Fetcher {
 public:
  Fetcher(const LiveService& service, milliseconds timeout)
      : service_(service), timeout_(timeout) {}
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher() {
    eventfd_write(stop_.get(), 1);
    if (thread_.joinable()) thread_.join();
  }

  bool is_busy() const { return thread_.joinable(); }
  /// Readable when there is something to take().
  int done_fd() const { return done_.get(); }
  Clock::duration last_cost() const { return cost_; }

  /// Requires: not busy.
  void start() {
    started_ = Clock::now();
    thread_ = std::thread([this] {
      dump_ = service_.dump(0, timeout_, stop_.get());
      eventfd_write(done_.get(), 1);  // pairs with the join in take()
    });
  }
  LiveDump take() {
    eventfd_t count = 0;
    eventfd_read(done_.get(), &count);
    thread_.join();
    cost_ = Clock::now() - started_;
    return std::move(dump_);
  }

 private:
  const LiveService& service_;
  milliseconds timeout_;
  Descriptor done_{eventfd(0, EFD_CLOEXEC)};
  Descriptor stop_{eventfd(0, EFD_CLOEXEC)};
  std::thread thread_;
  LiveDump dump_;
  Clock::time_point started_{};
  Clock::duration cost_{};
};

class Session {
 public:
  Session(const LiveService& service, const SessionOptions& options, History history,
          const std::string& program)
      : service_(service),
        options_(options),
        history_(std::move(history)),
        view_(options.view),
        head_("leakhook top  " + program + "[" + std::to_string(options.pid) + "]"),
        process_(static_cast<int>(syscall(SYS_pidfd_open, options.pid, 0))),
        signals_(take_signals()),
        fetcher_(service, options.timeout) {}

  SessionEnd run() {
    if (!terminal_.enter()) return {0, std::string("the terminal: ") + strerror(errno), true};
    next_ = Clock::now() + options_.every;
    draw();
    while (!end_) step();
    terminal_.leave();
    return *end_;
  }

 private:
  /// From now on they are read like anything else. Before any thread is made, which inherits this.
  static int take_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : kSignals) sigaddset(&set, number);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return signalfd(-1, &set, SFD_CLOEXEC);
  }

  /// Milliseconds until something is due; −1: nothing is.
  int patience() const {
    if (keys_.is_pending()) return kKeyRest;
    if (view_.is_paused || fetcher_.is_busy()) return -1;
    const auto left = std::chrono::ceil<milliseconds>(next_ - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1'000'000'000));
  }

  void step() {
    pollfd waited[] = {{STDIN_FILENO, POLLIN, 0},
                       {signals_.get(), POLLIN, 0},
                       {fetcher_.done_fd(), POLLIN, 0},
                       {process_.get(), POLLIN, 0}};
    const int ready = poll(waited, std::size(waited), patience());
    if (ready < 0 && errno != EINTR) end_ = {0, std::string("poll: ") + strerror(errno), true};
    if (ready == 0) on_time();
    if (ready <= 0) return;
    if (waited[1].revents) on_signal();
    if (waited[0].revents) on_input();
    if (waited[2].revents) on_dump();
    if (waited[3].revents && !end_) end_ = {0, "it has ended", false};
  }

  void on_time() {
    if (keys_.is_pending()) return on_keys(keys_.give_up());
    if (!view_.is_paused && !fetcher_.is_busy() && Clock::now() >= next_) fetch();
  }

  void on_signal() {
    signalfd_siginfo come{};
    if (read(signals_.get(), &come, sizeof come) != sizeof come) return;
    const int number = static_cast<int>(come.ssi_signo);
    if (number == SIGTSTP) {
      terminal_.leave();
      raise(SIGSTOP);
      return;  // the SIGCONT that woke us comes next
    }
    if (number == SIGCONT) {
      terminal_.leave();
      if (!terminal_.enter()) end_ = {0, std::string("the terminal: ") + strerror(errno), true};
    } else if (number != SIGWINCH) {
      end_ = {number, "", false};
    }
    if (!end_) draw();
  }

  void on_input() {
    char bytes[256];
    const ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) return;
    if (n <= 0)
      end_ = SessionEnd{};  // the terminal has gone away: nobody watches
    else
      on_keys(keys_.pressed({bytes, static_cast<std::size_t>(n)}));
  }

  void on_keys(const std::vector<KeyPress>& keys) {
    for (const KeyPress& press : keys) {
      switch (on_key(press, history_, page_of(history_, Terminal::size()), &view_)) {
        case Wish::quit: end_ = SessionEnd{}; return;
        case Wish::restart: history_.restart(); break;
        case Wish::refresh:
          if (!fetcher_.is_busy()) fetch();
          break;
        case Wish::none: break;
      }
    }
    draw();
  }

  void fetch() {
    next_ = Clock::now() + options_.every;
    fetcher_.start();
  }

  void on_dump() {
    LiveDump dump = fetcher_.take();
    trouble_ = dump.reason;
    if (dump.has_ended) {
      end_ = {0, dump.reason, false};
      return;
    }
    if (dump.dump) history_.add(*dump.dump);
    if (!service_.reads_segment())
      next_ = std::max(next_, Clock::now() + (kDumpShare - 1) * fetcher_.last_cost());
    draw();
  }

  std::string status() const {
    const std::string source = service_.reads_segment()
                                   ? "read from its segment file, it is not disturbed"
                                   : "by dumps that it is asked for, at most a tenth of the time";
    std::string text = report::counted(history_.dumps(), "dump") + " in " +
                       std::to_string(static_cast<int>(history_.seconds())) + " s, " + source;
    if (history_.are_estimates()) text = "heap estimated; " + text;
    if (view_.is_paused) text = "paused; " + text;
    if (!trouble_.empty()) text = "no dump: " + trouble_;
    return text + "  (h: help, q: quit)";
  }

  void draw() {
    terminal_.draw(screen(history_, view_, head_, status(), Terminal::size()));
  }

  const LiveService& service_;
  const SessionOptions& options_;
  History history_;
  View view_;
  std::string head_;
  std::string trouble_;
  Descriptor process_;
  Descriptor signals_;
  Fetcher fetcher_;
  Terminal terminal_;
  Keys keys_;
  Clock::time_point next_{};
  std::optional<SessionEnd> end_;
};

}  // namespace

SessionEnd watch(const LiveService& service, const SessionOptions& options, History history,
                 const std::string& program) {
  return Session(service, options, std::move(history), program).run();
}

}  // namespace leakhook::top
