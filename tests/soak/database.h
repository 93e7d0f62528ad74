// SPDX-License-Identifier: Apache-2.0
// Where does the service get its rows from? A pool of connections to a database that is played by a
// thread for each; a connection that served long enough is closed, and another opened.
#pragma once
#include <sys/socket.h>

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "counted.h"

class DatabaseConnection {
 public:
  static std::unique_ptr<DatabaseConnection> open() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) give_up("socketpair");
    return std::unique_ptr<DatabaseConnection>(new DatabaseConnection(ends));
  }
  ~DatabaseConnection() { shutdown(ours_.fd(), SHUT_RDWR); }

  Text ask(const Text& query) {
    ++queries_;
    char row[256];
    if (send(ours_.fd(), query.data(), query.size(), MSG_NOSIGNAL) < 0) return "no database";
    const ssize_t size = recv(ours_.fd(), row, sizeof row, 0);
    return size < 0 ? Text("no row") : Text(row, static_cast<std::size_t>(size));
  }
  bool is_old() const { return queries_ >= 500; }

 private:
  explicit DatabaseConnection(const int (&ends)[2])
      : ours_(ends[0], Held::socket),
        theirs_(ends[1], Held::socket),
        server_([fd = ends[1]] { serve(fd); }) {}

  static void serve(int fd) {
    char query[256];
    for (ssize_t size; (size = recv(fd, query, sizeof query, 0)) > 0;) {
      Text row(query, static_cast<std::size_t>(size));
      row += " is a row of the database, long enough for a block";
      if (send(fd, row.data(), row.size() % sizeof query, MSG_NOSIGNAL) < 0) return;
    }
  }

  Descriptor ours_, theirs_;
  CountedThread server_;  // ends first
  int queries_ = 0;
};

class DatabasePool {
 public:
  explicit DatabasePool(int connections) {
    for (int i = 0; i < connections; ++i) free_.push_back(DatabaseConnection::open());
  }

  Text ask(const Text& query) {
    std::unique_ptr<DatabaseConnection> connection = take();
    Text row = connection->ask(query);
    if (connection->is_old()) {
      connection.reset();
      connection = DatabaseConnection::open();
    }
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
    is_free_.notify_one();
    return row;
  }

 private:
  std::unique_ptr<DatabaseConnection> take() {
    std::unique_lock lock(mutex_);
    is_free_.wait(lock, [this] { return !free_.empty(); });
    std::unique_ptr<DatabaseConnection> connection = std::move(free_.front());
    free_.pop_front();
    return connection;
  }

  std::mutex mutex_;
  std::condition_variable is_free_;
  std::list<std::unique_ptr<DatabaseConnection>> free_;
};
