// SPDX-License-Identifier: Apache-2.0
#include "outside/payment_provider.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "banyan/binding/outside_http.hpp"
#include "banyan/host/composition.hpp"
#include "banyan/telemetry/health.hpp"
#include "outside/card_notifications.hpp"
#include "outside/card_provider.hpp"
#include "outside/missing_parties.hpp"
#include "outside/on_account.hpp"
#include "outside/secrets.hpp"
#include "payments/port.hpp"

namespace recordshop {
namespace {

using banyan::Context;
using banyan::Money;
using banyan::Result;
using banyan::host::OwnParts;
using banyan::host::OwnValues;
using payments::OrderId;
using payments::Provider;
using payments::ProviderAnswer;
using payments::ProviderRequest;

/// What an order may cost that is paid by invoice: 1,000.00.
constexpr std::int64_t kMostOnAccount = 100'000;

/// The most that one answer of the card provider may take.
constexpr std::chrono::milliseconds kAnswerTime{3'000};
static_assert(kAnswerTime * 4 <= payments::kPatience * 3, "nobody waits for it that long");

constexpr std::string_view kProvider = "payment-provider";
constexpr std::string_view kMerchant = "payment-merchant";
constexpr std::string_view kSecretFile = "payment-secret-file";
constexpr std::string_view kUnnamed = "unnamed-payments";
constexpr MissingPartiesHealth kMissing{
    "other payment providers", "payments",
    "start it with --payment-provider (and --payment-merchant) of that party, then `banyan sagas"
    " retry` what is stuck"};

std::optional<std::string> given(const OwnValues& options, std::string_view name) {
  const auto found = options.find(name);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

constexpr SharedSecret kSecret{kSecretFile, kProvider, "change-me"};

Poco::URI gateway_at(const std::string& url) {
  const auto refuse = [&] {
    return std::runtime_error("--payment-provider: '" + url +
                              "' is not http://HOST:PORT/PATH, e.g. http://127.0.0.1:8600/gw/xml.");
  };
  try {
    Poco::URI uri(url);
    if (uri.getScheme() != "http" || uri.getHost().empty()) throw refuse();
    return uri;
  } catch (const Poco::Exception&) {
    throw refuse();
  }
}

/// The party of today, and those of other days that are reached without being told where: payments
/// stay with the one that was asked for the money.
class PartiesAtHand final : public Provider {
 public:
  /// `sold_on_account`: what nobody's name is written down with, and nobody has in its books, was.
  PartiesAtHand(std::unique_ptr<Provider> today, bool sold_on_account,
                std::shared_ptr<MissingParties> missing)
      : today_(std::move(today)), sold_on_account_(sold_on_account), missing_(std::move(missing)) {}

  std::string name() const override { return today_->name(); }
  Provider* party(std::string_view name) override {
    if (name == today_->name()) return today_.get();
    if (name == account_->name()) return account_.get();
    missing_->miss(name);
    return nullptr;
  }
  /// Selling on account keeps no books: that it was so is for those to say who started the shop.
  Result<Provider*> find(const OrderId& reference, const Context& context) override {
    const Result<Provider*> here = today_->find(reference, context);
    if (!here || *here != nullptr) return here;
    if (sold_on_account_) return account_.get();
    missing_->miss(
        "somebody whom a version before has not written down (if these were sold on"
        " account: --unnamed-payments account)");
    return nullptr;
  }

  Result<ProviderAnswer> authorise(const ProviderRequest& request,
                                   const Context& context) override {
    return today_->authorise(request, context);
  }
  Result<ProviderAnswer> capture(const OrderId& reference, const Money& amount,
                                 const Context& context) override {
    return today_->capture(reference, amount, context);
  }
  Result<ProviderAnswer> void_(const OrderId& reference, const Context& context) override {
    return today_->void_(reference, context);
  }
  Result<ProviderAnswer> refund(const OrderId& reference, const std::string& refund,
                                const Money& amount, const Context& context) override {
    return today_->refund(reference, refund, amount, context);
  }
  Result<ProviderAnswer> look_up(const OrderId& reference, const Context& context) override {
    return today_->look_up(reference, context);
  }

 private:
  const std::unique_ptr<Provider> today_;
  const std::unique_ptr<Provider> account_ = make_on_account_provider(kMostOnAccount);
  const bool sold_on_account_;
  const std::shared_ptr<MissingParties> missing_;
};

std::unique_ptr<Provider> card_provider(const std::string& url, const OwnParts& own) {
  const Poco::URI at = gateway_at(url);
  auto http = std::make_shared<const banyan::binding::OutsideHttp>(
      "the card provider", banyan::http::Endpoint{at.getHost(), at.getPort()}, kAnswerTime,
      own.environment.clock);
  if (own.health != nullptr) {
    own.health->add(http->name(), false, [http] {
      const std::string trouble = http->trouble();
      return banyan::telemetry::Health::Finding{trouble.empty(), trouble};
    });
  }
  return card::make_card_provider(std::move(http),
                                  at.getPathAndQuery().empty() ? "/" : at.getPathAndQuery(),
                                  {given(own.options, kMerchant).value_or("RECSHOP01"),
                                   secret_of(kSecret, own.options, at.getHost())});
}

bool sold_on_account(const OwnValues& options) {
  const auto who = given(options, kUnnamed);
  if (who && *who != "account") {
    throw std::runtime_error("--unnamed-payments: '" + *who +
                             "' is not 'account'; what a card provider has is in its books, so it"
                             " is found without being named.");
  }
  return who.has_value();
}

std::unique_ptr<Provider> make(const OwnParts& own) {
  const auto url = given(own.options, kProvider);
  return std::make_unique<PartiesAtHand>(
      url ? card_provider(*url, own) : make_on_account_provider(kMostOnAccount),
      sold_on_account(own.options), missing_parties(own, kMissing));
}

}  // namespace

banyan::host::Party payment_provider() {
  return banyan::host::party<payments::Provider>("payments.provider", make);
}

std::vector<banyan::serving::Endpoint> payment_endpoints(const banyan::host::Ports& ports,
                                                         const OwnParts& own) {
  auto* const payments = ports.find<payments::Payments>();
  const auto url = given(own.options, kProvider);
  if (payments == nullptr || !url) return {};
  return {
      card::notifications(*payments, secret_of(kSecret, own.options, gateway_at(*url).getHost()))};
}

std::vector<banyan::host::OwnOption> payment_options() {
  return {{std::string(kProvider), "URL",
           "The card provider's gateway, e.g. http://127.0.0.1:8600/gw/xml, which tells what it has"
           " done by POST /callbacks/payments; the shop sells on account (up to 1,000.00) when not"
           " given."},
          {std::string(kMerchant), "ID", "What the shop is called there (RECSHOP01)."},
          {std::string(kSecretFile), "FILE",
           "Its first line is what both sides sign with; 'change-me', as the simulator has it, when"
           " not given, which only a provider on this machine is trusted with."},
          {std::string(kUnnamed), "account",
           "Payments with which no name of a party is written down (of versions before), and that"
           " the card provider does not have in its books, were sold on account. They wait when not"
           " given."}};
}

}  // namespace recordshop
