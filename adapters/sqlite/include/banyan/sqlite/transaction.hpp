// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "banyan/sqlite/connection.hpp"

namespace banyan::sqlite {

enum class Begin : std::uint8_t {
  Snapshot,   ///< for reading: a later write may fail at once, however long the connection waits
  Immediate,  ///< for writing: waits for other writers here
  Exclusive   ///< nobody else reads either (with a rollback journal)
};

/// Rolled back unless committed. A commit that fails leaves it open: try again, or let it go.
class Transaction {
 public:
  Transaction(const Connection& connection, Begin begin);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Connection& connection_;
  bool open_ = true;
};

}  // namespace banyan::sqlite
