// SPDX-License-Identifier: Apache-2.0
// The fixture, and the two questions of the ledger that life/birth.cc answers in the library.
#include "own_books.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "../../../preload/base/line.h"
#include "../../../preload/base/real.h"
#include "../../../preload/base/settings.h"
#include "../../../preload/ledger/live_table.h"
#include "../../../preload/ledger/modules.h"
#include "../../../preload/ledger/moment.h"
#include "../../../preload/life/books.h"
#include "../../../preload/life/process.h"
#include "../unwind/call_site.h"

/// Asked for by the thread sanitizer, where there is one. Records under a version (ledger/versioned.h)
/// are looked at or copied while others change them, and looked at again under the version before
/// anything is believed.
extern "C" const char* __tsan_default_suppressions() {
  return "race:ledger/resource_table.cc\n"
         "race:ledger/threads.cc\n"
         "race:life/stream.cc\n";
}

namespace leakhook {
namespace testing {
namespace {

ledger::Attention* attention_of_nobody = nullptr;

void prepare_unwinding() {
  static const bool once = [] {
    unwind::prepare(ledger::modules::seen, unwind::system_lookup());
    return true;
  }();
  (void)once;
  unwind::forget_rules();  // each object is seen again by the new books
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "own_books: %s\n", what);
  std::abort();
}

}  // namespace

OwnBooks::OwnBooks(std::uint64_t memory, const std::string& folder) {
  read_settings(nullptr, &life::process.settings, [](const char*) {});
  copy_text(life::process.settings.DIR.value, folder.c_str());
  life::look_at_process();
  if (!life::open_books(memory)) give_up("no memory for the segment");
  char name[] = "test";
  char* arguments[] = {name, nullptr};
  life::describe_process(arguments,
                         reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)) + 64 * 1024);
  ledger::segment.header->settings.verbose = 0;  // losses are wanted here
  for (auto& guess : ledger::live_table::guesses) guess.store(0);
  prepare_unwinding();
  real::resolve_all();
  ledger::is_threaded.store(true);
  attention_.mode.store(ledger::Attention::recording);
  if (attention_of_nobody == nullptr) attention_of_nobody = ledger::attention.load();
  ledger::attention.store(&attention_);
}

OwnBooks::~OwnBooks() {
  ledger::attention.store(attention_of_nobody);
  ledger::give_back_equipment();
  ledger::this_thread = {};
  munmap(ledger::segment.header, ledger::segment.size);
  ledger::segment = {};
}

std::uint64_t OwnBooks::counter(Counter counter) const {
  return ledger::segment.header->counters[static_cast<int>(counter)].load();
}

std::string OwnBooks::losses() const {
  std::string text;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(Counter::count); ++i)
    if (const std::uint64_t lost = counter(static_cast<Counter>(i)))
      text += kCounterRows[i].name + (" " + std::to_string(lost)) + "\n";
  return text;
}

AskedOfLife& asked_of_life() {
  static AskedOfLife asked;
  return asked;
}

int in_child(const std::function<bool()>& body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) give_up("no child");
  return WIFEXITED(status) ? WEXITSTATUS(status) : status;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace testing

namespace ledger::from_life {

bool be_born() {
  auto& asked = testing::asked_of_life();
  ++asked.births;
  return asked.be_born && asked.be_born();
}

void reap_keepers() { ++testing::asked_of_life().reaps; }

}  // namespace ledger::from_life
}  // namespace leakhook
