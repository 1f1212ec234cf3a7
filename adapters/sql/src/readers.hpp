// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "connection.hpp"

namespace banyan::sql {

/// The reading connections of one module to one file: opened when first needed, kept, and never
/// more than a few, so that one module cannot take all of them. Safe for concurrent use.
class Readers {
 public:
  Readers(std::filesystem::path file, Ownership& ownership, std::size_t most);

  /// Runs `body` with a connection that nobody else uses, on which no transaction is open and on
  /// which none is left open. Waits for one when all are in use.
  void with_connection(const std::function<void(Connection&)>& body);

  /// Runs `body` inside one snapshot.
  void with_snapshot(const std::function<void(Connection&)>& body);

 private:
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

  const std::filesystem::path file_;
  Ownership& ownership_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t open_ = 0;
};

}  // namespace banyan::sql
