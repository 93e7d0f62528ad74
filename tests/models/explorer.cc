// SPDX-License-Identifier: Apache-2.0
// In which orders can a few threads take their steps? A search in depth over choices, each order
// from its beginning.
#include "explorer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <utility>

/// Goes on where `to` stopped; who called goes on when somebody switches back to *from.
extern "C" void explore_switch(void** from, void* to);
asm(R"(
.text
.type explore_switch, @function
explore_switch:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, (%rdi)
  mov %rsi, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
.size explore_switch, . - explore_switch
)");

namespace explore {
namespace {

constexpr std::size_t kStack = 256 * 1024;
constexpr std::size_t kMostSteps = 20'000;  ///< of one order: more is a thread that never ends

struct Fiber {
  void* place = nullptr;  ///< its stack pointer while it does not run
  std::unique_ptr<char[]> stack{new char[kStack]};
  const std::function<void()>* body = nullptr;
  bool is_over = false;
  bool is_killed = false;
  std::uint64_t waits_since = 0;  ///< step after which it may go on; 0: it does not wait
};

/// A moment at which there was a choice, and which was taken.
struct Choice {
  int taken;
  int options;
};

struct Saved {
  void* word;
  std::size_t size;
  std::uint64_t value;
};

/// Threads that read and write a word, a bit for each.
struct Users {
  unsigned readers = 0;
  unsigned writers = 0;
  bool are_shared() const {
    const unsigned all = readers | writers;
    return writers != 0 && (all & (all - 1)) != 0;
  }
};

struct Search {
  const Scenario* scenario = nullptr;
  std::vector<Fiber> fibers;
  void* home = nullptr;
  int running = -1;
  std::vector<Choice> choices;
  std::size_t depth = 0;
  int preemptions = 0;
  std::uint64_t steps = 0;
  std::uint64_t clock = 0;
  bool is_killed = false;
  std::string failure;
  std::vector<int> order;
  std::vector<Saved> saved;
  std::unordered_map<const void*, Users> users;
  bool is_news = false;  ///< a word turned out to be shared: the search begins again
};
Search* now = nullptr;

bool can_go(const Fiber& fiber) { return !fiber.is_over && !fiber.is_killed; }

void body_of_fiber() {
  Fiber& fiber = now->fibers[static_cast<std::size_t>(now->running)];
  (*fiber.body)();
  fiber.is_over = true;
  explore_switch(&fiber.place, now->home);
}

/// A stack on which the first switch returns into body_of_fiber().
void* fresh_place(Fiber& fiber) {
  auto top = reinterpret_cast<std::uintptr_t>(fiber.stack.get() + kStack) & ~std::uintptr_t{15};
  auto* words = reinterpret_cast<void**>(top);
  constexpr int kSaved = 6;
  words[-1] = nullptr;  // where a caller's return address would be
  words[-2] = reinterpret_cast<void*>(body_of_fiber);
  std::fill(words - 2 - kSaved, words - 2, nullptr);
  return words - 2 - kSaved;
}

/// Which of so many options this time: as the search has it, the first one where it is new.
int choose(int options) {
  if (options == 1) return 0;
  if (now->depth == now->choices.size()) now->choices.push_back({0, options});
  if (now->choices[now->depth].options != options) std::abort();  // the scenario rolls dice
  return now->choices[now->depth++].taken;
}

/// Those that may be next: first the one that runs, if it can; the others where that costs nothing
/// or is still allowed.
std::vector<int> candidates() {
  std::vector<int> able, waiting;
  for (int i = 0; i < static_cast<int>(now->fibers.size()); ++i) {
    const Fiber& fiber = now->fibers[static_cast<std::size_t>(i)];
    if (!can_go(fiber)) continue;
    const bool waits = fiber.waits_since != 0 && fiber.waits_since == now->steps;
    (waits ? waiting : able).push_back(i);
  }
  if (able.empty()) able = waiting;  // nobody else is left: its waiting comes to an end
  const auto own = std::find(able.begin(), able.end(), now->running);
  if (own == able.end()) return able;
  std::rotate(able.begin(), own, own + 1);
  if (now->preemptions == now->scenario->preemptions) able.resize(1);
  return able;
}

/// −1: all are done.
int next_fiber() {
  const std::vector<int> able = candidates();
  if (able.empty()) return -1;
  const int chosen = able[static_cast<std::size_t>(choose(static_cast<int>(able.size())))];
  if (able[0] == now->running && chosen != now->running) ++now->preemptions;
  return chosen;
}

void run_order() {
  for (std::size_t i = 0; i < now->fibers.size(); ++i) {
    Fiber& fiber = now->fibers[i];
    fiber.is_over = fiber.is_killed = false;
    fiber.waits_since = 0;
    fiber.body = &now->scenario->threads[i];
    fiber.place = fresh_place(fiber);
  }
  std::size_t taken = 0;
  for (;;) {
    const int chosen = next_fiber();
    if (chosen < 0 || !now->failure.empty() || now->is_news) break;
    Fiber& fiber = now->fibers[static_cast<std::size_t>(chosen)];
    if (chosen == now->scenario->victim && !now->is_killed && choose(2) == 1) {
      now->is_killed = fiber.is_killed = true;
      continue;
    }
    fiber.waits_since = 0;
    now->running = chosen;
    now->order.push_back(chosen);
    if (++taken == kMostSteps) {
      now->failure = "a thread never ends";
      break;
    }
    explore_switch(&now->home, fiber.place);
    ++now->steps;
  }
  now->running = -1;
}

/// The next order in depth; false: that was the last one.
bool advance(std::vector<Choice>* choices, std::size_t depth) {
  choices->resize(depth);
  while (!choices->empty() && choices->back().taken + 1 == choices->back().options)
    choices->pop_back();
  if (choices->empty()) return false;
  ++choices->back().taken;
  return true;
}

void give_values_back() {
  for (auto at = now->saved.rbegin(); at != now->saved.rend(); ++at)
    std::memcpy(at->word, &at->value, at->size);
  now->saved.clear();
}

std::string order_text() {
  std::string text;
  for (const int fiber : now->order) text += static_cast<char>('0' + fiber);
  return text;
}

void begin_order(Search* search) {
  search->depth = search->preemptions = 0;
  search->steps = 1;
  search->clock = 0;
  search->is_killed = false;
  search->order.clear();
  search->scenario->before();
}

}  // namespace

Searched search(const Scenario& scenario) {
  Search search;
  search.scenario = &scenario;
  search.fibers.resize(scenario.threads.size());
  Searched result;
  now = &search;
  for (;;) {
    begin_order(&search);
    run_order();
    if (search.failure.empty() && !search.is_news) scenario.after();
    give_values_back();
    if (std::exchange(search.is_news, false)) {
      search.choices.clear();
      result = {};
      continue;
    }
    ++result.orders;
    result.steps += search.steps;
    result.kills += search.is_killed;
    if (!search.failure.empty() || !advance(&search.choices, search.depth)) break;
  }
  if (!search.failure.empty())
    result.failure =
        search.failure + (search.is_killed ? " (one was killed)" : "") + ", order " + order_text();
  now = nullptr;
  return result;
}

void check(bool holds, const char* what) {
  if (holds || now == nullptr || !now->failure.empty()) return;
  now->failure = what;
}

bool was_killed() { return now != nullptr && now->is_killed; }

void step() {
  if (now == nullptr || now->running < 0) return;
  explore_switch(&now->fibers[static_cast<std::size_t>(now->running)].place, now->home);
}

void step(const void* word, Access access) {
  if (now == nullptr || now->running < 0) return;
  Users& users = now->users[word];
  const bool was_shared = users.are_shared();
  (access == Access::read ? users.readers : users.writers) |= 1u << now->running;
  if (users.are_shared() && !was_shared) now->is_news = true;
  if (users.are_shared()) step();
}

void wait_for_others() {
  if (now == nullptr || now->running < 0) return;
  now->fibers[static_cast<std::size_t>(now->running)].waits_since = now->steps + 1;
  step();  // which ends in a moment
}

void about_to_change(void* word, std::size_t size) {
  if (now == nullptr) return;
  Saved saved{word, size, 0};
  std::memcpy(&saved.value, word, size);
  now->saved.push_back(saved);
}

std::uint64_t now_ns() {
  if (now == nullptr) return 1;
  return now->clock += 20'000'000;
}

}  // namespace explore
