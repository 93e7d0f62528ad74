// SPDX-License-Identifier: Apache-2.0
// The protocols of redis, of HTTP, of PostgreSQL and of call_server.cc, as far as a load needs
// them.
#include "protocols.h"

#include <charconv>
#include <cstdint>
#include <cstring>

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

unsigned below(Random* random, unsigned limit) {
  return static_cast<unsigned>((*random)() >> 4) % limit;
}

std::size_t number_in(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Keys, lists and hashes that come and go, so that after some thousand requests there is no more.
class Redis : public Protocol {
 public:
  std::string request(Random* random) const override {
    const std::string key = number(below(random, 2000));
    const std::string value(16 + below(random, 400), 'v');
    switch (below(random, 8)) {
      case 0:
        return command({"LPUSH", "list" + number(below(random, 50)), value});
      case 1:
        return command({"LTRIM", "list" + number(below(random, 50)), "0", "9"});
      case 2:
        return command({"HSET", "hash" + number(below(random, 50)), key, "1"});
      case 3:
        return command({"DEL", "hash" + number(below(random, 50)), "key" + key});
      case 4:
      case 5:
        return command({"SET", "key" + key, value});
      default:
        return command({"GET", "key" + key});
    }
  }
  Answer answer(std::string_view received) const override {
    const std::size_t line = received.find("\r\n");
    if (line == std::string_view::npos) return {};
    if (received[0] != '$' || received[1] == '-') return {line + 2, received[0] != '-'};
    const std::size_t size = line + 2 + number_in(received.substr(1)) + 2;
    return {received.size() < size ? 0 : size, true};
  }

 private:
  static std::string command(std::initializer_list<std::string> words) {
    std::string text = "*" + number(words.size()) + "\r\n";
    for (const std::string& word : words)
      text += "$" + number(word.size()) + "\r\n" + word + "\r\n";
    return text;
  }
};

class Http : public Protocol {
 public:
  std::string request(Random* random) const override {
    return "GET /file" + number(below(random, 8)) + " HTTP/1.1\r\nHost: soak\r\n\r\n";
  }
  Answer answer(std::string_view received) const override {
    const std::size_t head = received.find("\r\n\r\n");
    if (head == std::string_view::npos) return {};
    static constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t at = received.substr(0, head).find(kLength);
    const std::size_t body =
        at == std::string_view::npos ? 0 : number_in(received.substr(at + kLength.size()));
    const std::size_t size = head + 4 + body;
    return {received.size() < size ? 0 : size, received.starts_with("HTTP/1.1 200")};
  }
};

/// The transaction of pgbench, all of it in one message.
class Postgres : public Protocol {
 public:
  std::string hello(int connection) const override {
    static constexpr char kHead[] =
        "\0\3\0\0user\0postgres\0database\0postgres\0application_name\0load";
    std::string body(kHead, sizeof kHead - 1);
    body += number(static_cast<unsigned>(connection)) + std::string(2, '\0');
    return big_end(body.size() + 4) + body;
  }
  std::string request(Random* random) const override {
    const std::string account = number(1 + below(random, 100000));
    const std::string teller = number(1 + below(random, 10)), change = number(below(random, 5000));
    const std::string of_account = " where aid = " + account + ";";
    return message(
        'Q', "begin; update pgbench_accounts set abalance = abalance + " + change + of_account +
                 "select abalance from pgbench_accounts" + of_account +
                 "update pgbench_tellers set tbalance = tbalance + " + change + " where tid = " +
                 teller + "; update pgbench_branches set bbalance = bbalance + " + change +
                 " where bid = 1; insert into pgbench_history (tid, bid, aid, delta, mtime) "
                 "values (" +
                 teller + ", 1, " + account + ", " + change + ", current_timestamp); end;" +
                 std::string(1, '\0'));
  }
  std::string goodbye() const override { return message('X', ""); }
  /// Ends with "ready for query".
  Answer answer(std::string_view received) const override {
    Answer found;
    for (std::size_t at = 0; received.size() >= at + 5;) {
      std::size_t size = 1;
      for (int i = 0; i < 4; ++i)
        size += std::size_t{static_cast<unsigned char>(received[at + 1 + i])} << (24 - 8 * i);
      if (received[at] == 'E') found.is_good = false;
      if (received.size() < at + size) break;
      if (received[at] == 'Z') {
        found.size = at + size;
        break;
      }
      at += size;
    }
    return found;
  }

 private:
  static std::string big_end(std::size_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
  }
  static std::string message(char type, const std::string& body) {
    return type + big_end(body.size() + 4) + body;
  }
};

class Calls : public Protocol {
 public:
  std::string request(Random* random) const override {
    const std::string key = "a key of a caller, not short " + number(below(random, 200));
    switch (below(random, 50)) {
      case 0:
        return frame("j");
      case 1:
      case 2:
      case 3:
        return frame("q" + key);
      default:
        return below(random, 2) ? frame("g" + key)
                                : frame("p" + key + "=" + std::string(below(random, 400), 'v'));
    }
  }
  Answer answer(std::string_view received) const override {
    std::uint32_t body = 0;
    if (received.size() < sizeof body) return {};
    std::memcpy(&body, received.data(), sizeof body);
    const std::size_t size = sizeof body + body;
    return {received.size() < size ? 0 : size, received.substr(sizeof body) != "no such call"};
  }

 private:
  static std::string frame(const std::string& body) {
    const auto size = static_cast<std::uint32_t>(body.size());
    return std::string(reinterpret_cast<const char*>(&size), sizeof size) + body;
  }
};

}  // namespace

std::string Protocol::hello(int) const { return {}; }
std::string Protocol::goodbye() const { return {}; }

std::unique_ptr<Protocol> protocol_of(std::string_view name) {
  if (name == "redis") return std::make_unique<Redis>();
  if (name == "http") return std::make_unique<Http>();
  if (name == "postgres") return std::make_unique<Postgres>();
  if (name == "calls") return std::make_unique<Calls>();
  return nullptr;
}
