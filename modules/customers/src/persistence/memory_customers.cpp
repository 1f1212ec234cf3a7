// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_customers.hpp"

#include <map>

#include "domain/details.hpp"
#include "persistence/opened_from.hpp"

namespace customers {
namespace {

class MemoryCustomers final : public CustomersWriting {
 public:
  explicit MemoryCustomers(std::span<const CustomerRecord> customers) {
    for (const CustomerRecord& record : customers) add(opened_from(record));
  }

  std::optional<Account> find(const CustomerId& id) override {
    const auto found = accounts_.find(id);
    if (found == accounts_.end()) return std::nullopt;
    return found->second;
  }

  std::optional<Account> find_open(const std::string& key) override {
    for (const auto& [id, account] : accounts_) {
      const Customer& customer = account.data().customer;
      if (customer.state == AccountState::Open && email_key(customer.email) == key) return account;
    }
    return std::nullopt;
  }

  std::optional<CustomerId> newest() override {
    if (accounts_.empty()) return std::nullopt;
    return accounts_.rbegin()->first;
  }

  std::vector<Customer> page(const std::string& after, std::int64_t limit) override {
    std::vector<Customer> page;
    for (const auto& [id, account] : accounts_) {
      if (id.str() <= after) continue;
      if (std::cmp_equal(page.size(), limit)) break;
      page.push_back(account.data().customer);
    }
    return page;
  }

  bool add(const Account& account) override {
    const Customer& customer = account.data().customer;
    if (find_open(email_key(customer.email))) return false;
    return accounts_.emplace(customer.id, account).second;
  }

  void save(const Account& account, banyan::Timestamp /*now*/) override {
    accounts_.at(account.data().customer.id) = account;
  }

 private:
  std::map<CustomerId, Account> accounts_;
};

}  // namespace

std::unique_ptr<CustomerStore> make_memory_customer_store(std::span<const CustomerRecord> customers,
                                                          const banyan::Clock& clock,
                                                          banyan::MemoryLedger* ledger,
                                                          banyan::UnitEnding* ending) {
  return std::make_unique<banyan::MemoryStore<CustomersReading, CustomersWriting, MemoryCustomers>>(
      MemoryCustomers(customers), clock, ledger, ending);
}

}  // namespace customers
