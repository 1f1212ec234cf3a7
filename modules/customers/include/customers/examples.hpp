// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/examples.hpp"
#include "customers/port.hpp"

/// Examples of each operation and each error, for /openapi.json.
namespace customers {
namespace examples_of {

inline const CustomerId kAda = banyan::example_id<CustomerId>(11);

inline Address address() { return {"Ada Lind", "Am Kai 7", "20457", "Hamburg", "DE"}; }
inline Customer ada(std::int64_t version = 1) {
  return {.id = kAda,
          .name = "Ada Lind",
          .email = "ada@example.org",
          .state = AccountState::Open,
          .credit = Credit::Good,
          .credit_reason = {},
          .address = address(),
          .opened_at = {1'764'400'000'000'000},
          .version = version};
}

}  // namespace examples_of

inline auto examples() {
  using namespace examples_of;
  Customer renamed = ada(2);
  renamed.name = "Ada Berg";
  Customer moved = ada(3);
  moved.address->street = "Kanalstraße 7";
  Customer on_hold = ada(4);
  on_hold.credit = Credit::OnHold;
  on_hold.credit_reason = "invoice 4711 is unpaid";
  Customer closed = ada(6);
  closed.state = AccountState::Closed;
  return std::tuple(
      banyan::example(OpenAccount{"Ada Lind", "ada@example.org", address(), "open sesame"}, ada()),
      banyan::example(GetCustomer{kAda}, ada()),
      banyan::example(ListCustomers{.cursor = {}, .limit = 100, .email = "ada@example.org"},
                      {{ada()}, std::nullopt}),
      banyan::example(Rename{kAda, "Ada Berg", 1}, renamed),
      banyan::example(ChangeAddress{kAda, *moved.address, 2}, moved),
      banyan::example(PutOnHold{kAda, "invoice 4711 is unpaid", 3}, on_hold),
      banyan::example(RestoreCredit{kAda, 4}, ada(5)),
      banyan::example(CloseAccount{kAda, 5}, closed),
      banyan::example(CheckPassword{"ada@example.org", "open sesame"}, ada()),
      banyan::example(ChangePassword{kAda, "open sesame", "a better secret"}, ada()));
}

inline std::vector<banyan::Error> example_errors() {
  using banyan::ErrorCode;
  const std::string ada = "customer " + examples_of::kAda.str();
  return {{ErrorCode::InvalidArgument,
           "customers.bad_details",
           "the details cannot be taken",
           {{"/address/country", "is \"Germany\", expected two capital letters such as DE"}}},
          {ErrorCode::AlreadyExists,
           "customers.email_taken",
           "an open account has the e-mail address already; sign in, or use another one",
           {}},
          {ErrorCode::ResourceExhausted,
           "customers.too_busy",
           "too many passwords are looked at at once; nothing was done",
           {}},
          {ErrorCode::ResourceExhausted,
           "customers.too_many_attempts",
           "too many passwords were tried for this account; wait a minute",
           {}},
          {ErrorCode::NotFound, "customers.unknown_customer", "there is no " + ada, {}},
          {ErrorCode::InvalidArgument,
           "customers.bad_cursor",
           "the cursor \"abc\" is none of this list: take next_cursor of the page before",
           {}},
          {ErrorCode::InvalidArgument, "customers.bad_limit", "limit is 0, expected 1 to 500", {}},
          {ErrorCode::FailedPrecondition,
           "customers.account_closed",
           "the account of " + ada + " is closed, for good; a new one can be opened",
           {}},
          {ErrorCode::FailedPrecondition,
           "customers.already_on_hold",
           "the credit of " + ada + " is on hold for another reason; restore it first",
           {}},
          {ErrorCode::FailedPrecondition,
           "customers.credit_on_hold",
           "the credit of " + ada +
               " is on hold; settle what is open and restore it, then close the account",
           {}},
          {ErrorCode::Conflict,
           "customers.changed_meanwhile",
           ada + " is at version 3, and the request is for version 2: nothing was changed. Read it"
                 " again, and decide whether the change still makes sense",
           {}},
          {ErrorCode::Unauthenticated,
           "customers.wrong_credentials",
           "e-mail address and password do not go together",
           {}}};
}

}  // namespace customers
