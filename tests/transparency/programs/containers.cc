// SPDX-License-Identifier: Apache-2.0
// Templates, exceptions, threads and virtual functions of C++; prints one number.
#include <algorithm>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

struct Shape {
  virtual ~Shape() = default;
  virtual long area() const = 0;
};
template <long N>
struct Square : Shape {
  long area() const override { return N * N; }
};

long one(int seed) {
  std::map<std::string, std::vector<std::unique_ptr<Shape>>> shapes;
  std::unordered_map<int, std::string> names;
  long sum = 0;
  for (int i = 0; i < 500; ++i) {
    names[i] = std::string(static_cast<std::size_t>(i % 50), 'x');
    auto& list = shapes[names[i]];
    if (i % 2) list.push_back(std::make_unique<Square<7>>());
    else list.push_back(std::make_unique<Square<11>>());
    try {
      if (i % 10 == 0) throw std::runtime_error(names[i]);
    } catch (const std::exception& error) {
      sum += static_cast<long>(std::string(error.what()).size());
    }
  }
  for (const auto& [name, list] : shapes)
    for (const auto& shape : list) sum += shape->area();
  return sum + seed;
}

int main() {
  std::vector<std::future<long>> parts;
  for (int i = 0; i < 8; ++i) parts.push_back(std::async(std::launch::async, one, i));
  long sum = 0;
  for (auto& part : parts) sum += part.get();
  std::cout << sum << '\n';
}
