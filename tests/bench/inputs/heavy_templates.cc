// SPDX-License-Identifier: Apache-2.0
// What does a compiler get to do? Much of the standard library, instantiated with many types.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

template <int N>
struct Key {
  int value[N % 7 + 1];
  bool operator<(const Key& other) const { return value[0] < other.value[0]; }
  bool operator==(const Key& other) const { return value[0] == other.value[0]; }
};

template <int N>
struct Hash {
  std::size_t operator()(const Key<N>& key) const { return static_cast<std::size_t>(key.value[0]); }
};

template <int N>
int instantiate() {
  std::map<Key<N>, std::vector<std::string>> lists;
  std::unordered_map<Key<N>, std::shared_ptr<Key<N>>, Hash<N>> shared;
  std::set<std::tuple<int, Key<N>>> tuples;
  std::vector<std::variant<int, std::string, Key<N>>> variants;
  std::function<int(const Key<N>&)> ask = [&](const Key<N>& key) { return key.value[0] + N; };
  lists[Key<N>{}].push_back("text");
  shared.emplace(Key<N>{}, std::make_shared<Key<N>>());
  tuples.insert({N, Key<N>{}});
  variants.emplace_back(Key<N>{});
  std::sort(variants.begin(), variants.end());
  std::optional<Key<N>> found;
  if (const auto at = lists.find(Key<N>{}); at != lists.end()) found = at->first;
  return std::accumulate(tuples.begin(), tuples.end(), found ? ask(*found) : 0,
                         [](int sum, const auto& one) { return sum + std::get<0>(one); });
}

template <int... Ns>
int all(std::integer_sequence<int, Ns...>) {
  return (instantiate<Ns>() + ...);
}

int main() { return all(std::make_integer_sequence<int, HOW_MANY>{}); }
