// SPDX-License-Identifier: Apache-2.0
// A C++ program that keeps blocks in as many ways as C++ has to ask for them. Built with and
// without optimisation: the names of its stacks must be the same.
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

void* volatile kept[256];
int kept_count = 0;

// Nothing here may end in a call: the caller of a function that was jumped to is on no stack.
template <class Pointer>
Pointer keep(Pointer block) {
  kept[kept_count++] = const_cast<void*>(static_cast<const void*>(block));
  return block;
}

struct Node {
  Node* next = nullptr;
  std::string name;
  explicit Node(int number) : name(40 + static_cast<std::size_t>(number), 'x') {}
};

Node* add_nodes(int count) {
  if (count == 0) return nullptr;
  Node* node = keep(new Node(count));
  node->next = add_nodes(count - 1);
  return node;
}

template <class Value>
class Pool {
 public:
  Value* grow(std::size_t size) {
    auto* values = keep(new std::vector<Value>(size));
    values->resize(size * 2);
    return values->data();
  }
  void* operator()(std::size_t size) {
    void* block = keep(std::malloc(size));
    return block ? block : this;
  }
};

}  // namespace

namespace shop {

struct Order {
  virtual ~Order() = default;
  virtual int fill() {
    text = keep(new std::string(100, 'o'));
    return static_cast<int>(text->size());
  }
  std::string* text = nullptr;
};

struct Rush final : Order {
  int fill() override {
    const int size = Order::fill();
    keep(new int[16]);
    return size;
  }
};

static int fill(Order& order) { return order.fill() + 1; }

inline int by_name() {
  auto* names = keep(new std::map<std::string, std::vector<int>>);
  for (int i = 0; i < 3; ++i) (*names)[std::string(50, static_cast<char>('a' + i))].push_back(i);
  return static_cast<int>(names->size());
}

}  // namespace shop

int main() {
  Pool<int> numbers;
  Pool<std::string> texts;
  int sum = add_nodes(4) != nullptr;
  sum += numbers.grow(10) != nullptr;
  sum += texts.grow(10) != nullptr;
  sum += numbers(100) != nullptr;
  shop::Rush rush;
  sum += shop::fill(rush);
  sum += shop::by_name();
  const auto first = [&](int size) {
    return keep(new char[static_cast<std::size_t>(size)])[0] = 1;
  };
  const auto second = [&](int size) { return first(size) + first(size + 1); };
  const std::function<int(int)> call = second;
  sum += call(30);
  auto shared = std::make_shared<std::string>(60, 's');
  auto* holder = keep(new std::shared_ptr<std::string>(shared));
  sum += static_cast<int>((*holder)->size());
  std::thread worker([&] { sum += *keep(new int(3)); });
  worker.join();
  return sum > 0 ? 0 : 1;
}
