// repository.cpp -- see repository.h. (C, 2019)
#include "repository.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <mutex>
#include <stdexcept>

using namespace Poco::Data::Keywords;

struct OrderRepository::Connection {
  explicit Connection(const std::string& file) : session("SQLite", file) {}
  std::mutex mutex;
  Poco::Data::Session session;
};

OrderRepository::OrderRepository(const std::string& file) {
  Poco::Data::SQLite::Connector::registerConnector();
  connection_ = std::make_unique<Connection>(file);
}

OrderRepository::~OrderRepository() = default;

OrderRepository& OrderRepository::shared(const std::string& file) {
  static OrderRepository repository(file);
  return repository;
}

std::vector<OrderSummary> OrderRepository::of_customer(i64 customer, const std::string& before, int limit) {
  const std::lock_guard<std::mutex> lock(connection_->mutex);
  try {
    std::vector<OrderSummary> all;
    OrderSummary row;
    Poco::Int64 who = customer;
    Poco::Int64 total = 0;
    Poco::Int64 placed_at = 0;
    std::string until = before.empty() ? "ord_g" : before;
    int most = limit;
    Poco::Data::Statement select(connection_->session);
    select << "SELECT o.pub_id, c.pub_id, o.state, o.fulfilment, o.total, o.currency, o.placed_at"
              " FROM orders o JOIN customers c ON c.id = o.customer_id"
              " WHERE o.customer_id = ? AND o.pub_id < ? ORDER BY o.pub_id DESC LIMIT ?",
        into(row.id), into(row.customer), into(row.state), into(row.fulfilment), into(total),
        into(row.currency), into(placed_at), use(who), use(until), use(most), range(0, 1);
    while (!select.done()) {
      if (select.execute() == 0) break;
      row.total = total;
      row.placed_at = placed_at;
      all.push_back(row);
    }
    return all;
  } catch (const Poco::Exception& error) {
    throw std::runtime_error(error.displayText());
  }
}
