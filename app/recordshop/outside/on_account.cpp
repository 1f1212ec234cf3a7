// SPDX-License-Identifier: Apache-2.0
#include "outside/on_account.hpp"

namespace recordshop {
namespace {

using banyan::Context;
using banyan::Money;
using banyan::Result;
using payments::OrderId;
using payments::ProviderAnswer;
using payments::ProviderRequest;
using payments::ProviderStatus;

class OnAccountProvider final : public payments::Provider {
 public:
  explicit OnAccountProvider(std::int64_t limit) : limit_(limit) {}

  std::string name() const override { return "account"; }

  Result<ProviderAnswer> authorise(const ProviderRequest& request,
                                   const Context& /*context*/) override {
    if (request.amount.minor_units <= limit_) {
      return ProviderAnswer{.status = ProviderStatus::Authorised};
    }
    return ProviderAnswer{.status = ProviderStatus::Declined,
                          .reason = "on account up to " +
                                    to_string(Money{limit_, request.amount.currency}) + " only"};
  }
  Result<ProviderAnswer> capture(const OrderId& /*reference*/, const Money& /*amount*/,
                                 const Context& /*context*/) override {
    return ProviderAnswer{.status = ProviderStatus::Captured};
  }
  Result<ProviderAnswer> void_(const OrderId& /*reference*/, const Context& /*context*/) override {
    return ProviderAnswer{.status = ProviderStatus::Voided};
  }
  Result<ProviderAnswer> refund(const OrderId& /*reference*/, const std::string& refund,
                                const Money& amount, const Context& /*context*/) override {
    return ProviderAnswer{.status = ProviderStatus::Captured,
                          .refunds = {{refund, amount.minor_units}}};
  }
  Result<ProviderAnswer> look_up(const OrderId& /*reference*/,
                                 const Context& /*context*/) override {
    return ProviderAnswer{};
  }

 private:
  const std::int64_t limit_;
};

}  // namespace

std::unique_ptr<payments::Provider> make_on_account_provider(std::int64_t limit) {
  return std::make_unique<OnAccountProvider>(limit);
}

}  // namespace recordshop
