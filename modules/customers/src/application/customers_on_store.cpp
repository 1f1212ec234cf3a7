// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace customers {
namespace {

using banyan::Context;
using banyan::Result;

class CustomersOnStore final : public Customers {
 public:
  CustomersOnStore(std::unique_ptr<CustomerStore> store, std::unique_ptr<PasswordHasher> passwords,
                   const banyan::Environment& environment)
      : store_(std::move(store)),
        passwords_(std::move(passwords)),
        attempts_(environment.clock),
        use_case_{*store_, *passwords_, attempts_, environment} {}

  Result<Customer> handle(const OpenAccount& request, const Context& context) override {
    return open_account(use_case_, request, context);
  }
  Result<Customer> handle(const GetCustomer& request, const Context& context) override {
    return get_customer(use_case_, request, context);
  }
  Result<CustomerPage> handle(const ListCustomers& request, const Context& context) override {
    return list_customers(use_case_, request, context);
  }
  Result<Customer> handle(const Rename& request, const Context& context) override {
    return customers::rename(use_case_, request, context);
  }
  Result<Customer> handle(const ChangeAddress& request, const Context& context) override {
    return change_address(use_case_, request, context);
  }
  Result<Customer> handle(const PutOnHold& request, const Context& context) override {
    return put_on_hold(use_case_, request, context);
  }
  Result<Customer> handle(const RestoreCredit& request, const Context& context) override {
    return restore_credit(use_case_, request, context);
  }
  Result<Customer> handle(const CloseAccount& request, const Context& context) override {
    return close_account(use_case_, request, context);
  }
  Result<Customer> handle(const CheckPassword& request, const Context& context) override {
    return check_password(use_case_, request, context);
  }
  Result<Customer> handle(const ChangePassword& request, const Context& context) override {
    return change_password(use_case_, request, context);
  }

 private:
  std::unique_ptr<CustomerStore> store_;
  std::unique_ptr<PasswordHasher> passwords_;
  SignInAttempts attempts_;
  UseCaseContext use_case_;
};

}  // namespace

std::unique_ptr<Customers> make_customers_on(std::unique_ptr<CustomerStore> store,
                                             std::unique_ptr<PasswordHasher> passwords,
                                             const banyan::Environment& environment) {
  return std::make_unique<CustomersOnStore>(std::move(store), std::move(passwords), environment);
}

}  // namespace customers
