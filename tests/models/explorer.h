// SPDX-License-Identifier: Apache-2.0
// In which orders can a few threads take their steps? All of them, one after the other: each thread
// is a fiber, each access to an atomic a step, and a search goes through the choices of who is
// next.
//
// Steps of which no other thread can see anything (at words that one thread uses alone, or that all
// of them only read) are taken with the one before. An order is left out when it takes the
// processor from a thread that could go on more often than Scenario::preemptions. A thread may be
// killed before any of its steps (a process that ends, a fork that copies the moment). Stores to
// words that are not atomic belong to the step before: where fields change under a version, only a
// copy of them is seen in pieces. Memory is as
// one processor has it: what weaker orderings of other machines allow is not searched.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace explore {

struct Scenario {
  std::string name;
  std::function<void()> before;  ///< makes the state in which threads begin, the same each time
  std::vector<std::function<void()>> threads;
  std::function<void()> after;  ///< looks at what they left; check() says what is wrong
  int preemptions = 3;
  int victim = -1;  ///< a thread that may be killed; −1: nobody
};

struct Searched {
  std::uint64_t orders = 0;
  std::uint64_t steps = 0;
  std::uint64_t kills = 0;  ///< orders in which the victim was killed
  std::string failure;      ///< empty, or what did not hold in the first order that broke it
};

Searched search(const Scenario& scenario);

/// What must hold in every order; `what` is a text that stays.
void check(bool holds, const char* what);

/// Was the victim killed in this order? For Scenario::after.
bool was_killed();

enum class Access : std::uint8_t { read, write };

/// A step at this word: others may come first. Outside of a search it does nothing.
void step(const void* word, Access access);
/// A step at what others may change behind the search's back.
void step();

/// The thread cannot go on until another one has made a step, or none is left that could.
void wait_for_others();

/// Before a word of an atomic changes: it gets its value back before the next order.
void about_to_change(void* word, std::size_t size);

/// A clock for those who wait: no time passes but what they ask for.
std::uint64_t now_ns();

}  // namespace explore
