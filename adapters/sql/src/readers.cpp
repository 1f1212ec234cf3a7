// SPDX-License-Identifier: Apache-2.0
#include "readers.hpp"

#include <utility>

namespace banyan::sql {

Readers::Readers(std::filesystem::path file, Ownership& ownership, std::size_t most)
    : file_(std::move(file)), ownership_(ownership), most_(most) {}

void Readers::with_connection(const std::function<void(Connection&)>& body) {
  auto connection = take();
  try {
    body(*connection);
  } catch (...) {
    give_back(std::move(connection));
    throw;
  }
  give_back(std::move(connection));
}

void Readers::with_snapshot(const std::function<void(Connection&)>& body) {
  with_connection([&body](Connection& connection) {
    connection.begin_snapshot();
    body(connection);
    connection.commit();
  });
}

std::unique_ptr<Connection> Readers::take() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty() || open_ < most_; });
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  try {
    return std::make_unique<Connection>(file_, Connection::Use::Read, ownership_);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    throw;
  }
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  connection->roll_back();
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace banyan::sql
