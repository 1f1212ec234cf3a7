// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/customer_store.hpp"
#include "application/password_hasher.hpp"
#include "application/sign_in_attempts.hpp"
#include "banyan/kernel/environment.hpp"

/// What the module does, one function for each operation of the port. Rename, ChangeAddress,
/// PutOnHold, RestoreCredit and CloseAccount are alike and stand in one file, change_account.cpp.
namespace customers {

/// What the use cases work with. All references outlive them.
struct UseCaseContext {
  CustomerStore& store;
  PasswordHasher& passwords;
  SignInAttempts& attempts;
  banyan::Environment environment;

  banyan::Timestamp now() const { return environment.clock.now(); }
};

banyan::Result<Customer> open_account(const UseCaseContext& use_case, const OpenAccount& request,
                                      const banyan::Context& context);
banyan::Result<Customer> get_customer(const UseCaseContext& use_case, const GetCustomer& request,
                                      const banyan::Context& context);
banyan::Result<CustomerPage> list_customers(const UseCaseContext& use_case,
                                            const ListCustomers& request,
                                            const banyan::Context& context);
banyan::Result<Customer> rename(const UseCaseContext& use_case, const Rename& request,
                                const banyan::Context& context);
banyan::Result<Customer> change_address(const UseCaseContext& use_case,
                                        const ChangeAddress& request,
                                        const banyan::Context& context);
banyan::Result<Customer> put_on_hold(const UseCaseContext& use_case, const PutOnHold& request,
                                     const banyan::Context& context);
banyan::Result<Customer> restore_credit(const UseCaseContext& use_case,
                                        const RestoreCredit& request,
                                        const banyan::Context& context);
banyan::Result<Customer> close_account(const UseCaseContext& use_case, const CloseAccount& request,
                                       const banyan::Context& context);
banyan::Result<Customer> check_password(const UseCaseContext& use_case,
                                        const CheckPassword& request,
                                        const banyan::Context& context);
banyan::Result<Customer> change_password(const UseCaseContext& use_case,
                                         const ChangePassword& request,
                                         const banyan::Context& context);

/// The port on a store. What the environment refers to must outlive it.
std::unique_ptr<Customers> make_customers_on(std::unique_ptr<CustomerStore> store,
                                             std::unique_ptr<PasswordHasher> passwords,
                                             const banyan::Environment& environment);

}  // namespace customers
