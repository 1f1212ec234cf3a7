// repository.h -- orders for reading. (C, 2019)
//
// The plan: everything that reads or writes orders goes through here, with bound parameters and a connection
// of its own, and order.cpp loses its SQL. So far: the list.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "util.h"

struct OrderSummary {
  std::string id;
  std::string customer;
  std::string state;
  std::string fulfilment;
  i64 total = 0;
  std::string currency;
  i64 placed_at = 0;
};

class OrderRepository {
 public:
  explicit OrderRepository(const std::string& file);
  ~OrderRepository();

  // Newest first; `before` is an id, or "" for the newest. Throws std::runtime_error.
  std::vector<OrderSummary> of_customer(i64 customer, const std::string& before, int limit);

  static OrderRepository& shared(const std::string& file);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};
