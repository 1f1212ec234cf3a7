// SPDX-License-Identifier: Apache-2.0
#include "persistence/sql_customers.hpp"

#include "banyan/sql/sql_store.hpp"
#include "persistence/account_rows.hpp"

namespace customers {
namespace {

using banyan::sql::ModuleDatabase;
using banyan::sql::Session;

class SqlCustomers final : public CustomersWriting {
 public:
  explicit SqlCustomers(Session& session) : session_(session), rows_(session) {}

  std::optional<Account> find(const CustomerId& id) override { return rows_.find(id); }

  std::optional<Account> find_open(const std::string& email_key) override {
    return rows_.find_open(email_key);
  }

  std::optional<CustomerId> newest() override {
    return session_.value<CustomerId>("SELECT id FROM customers ORDER BY id DESC LIMIT 1");
  }

  std::vector<Customer> page(const std::string& after, std::int64_t limit) override {
    return rows_.page(after, limit);
  }

  bool add(const Account& account) override { return rows_.insert(account); }

  void save(const Account& account, banyan::Timestamp now) override { rows_.update(account, now); }

 private:
  Session& session_;
  AccountRows rows_;
};

}  // namespace

std::unique_ptr<CustomerStore> make_sql_customer_store(ModuleDatabase& database) {
  return std::make_unique<banyan::sql::SqlStore<CustomerStore, SqlCustomers>>(database);
}

}  // namespace customers
