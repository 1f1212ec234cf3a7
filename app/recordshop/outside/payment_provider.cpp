// SPDX-License-Identifier: Apache-2.0
#include "outside/payment_provider.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

#include "banyan/binding/outside_http.hpp"
#include "banyan/host/composition.hpp"
#include "banyan/telemetry/health.hpp"
#include "outside/card_notifications.hpp"
#include "outside/card_provider.hpp"
#include "outside/on_account.hpp"
#include "payments/port.hpp"

namespace recordshop {
namespace {

using banyan::host::OwnParts;
using banyan::host::OwnValues;

/// What an order may cost that is paid by invoice: 1,000.00.
constexpr std::int64_t kMostOnAccount = 100'000;

/// The most that one answer of the card provider may take.
constexpr std::chrono::milliseconds kAnswerTime{3'000};

constexpr std::string_view kProvider = "payment-provider";
constexpr std::string_view kMerchant = "payment-merchant";
constexpr std::string_view kSecretFile = "payment-secret-file";

std::optional<std::string> given(const OwnValues& options, std::string_view name) {
  const auto found = options.find(name);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

/// The first line of the file; without one what the simulator has, for trying out.
std::string secret_of(const OwnValues& options) {
  const auto file = given(options, kSecretFile);
  if (!file) return "change-me";
  std::ifstream in(*file);
  std::string secret;
  if (!std::getline(in, secret) || secret.empty()) {
    throw std::runtime_error("--payment-secret-file: " + *file +
                             " cannot be read, or its first line is empty. Write the secret that"
                             " the provider has given you there.");
  }
  return secret;
}

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

std::unique_ptr<payments::Provider> make(const OwnParts& own) {
  const auto url = given(own.options, kProvider);
  if (!url) return make_on_account_provider(kMostOnAccount);
  const Poco::URI at = gateway_at(*url);
  auto http = std::make_shared<const banyan::binding::OutsideHttp>(
      "the card provider", banyan::http::Endpoint{at.getHost(), at.getPort()}, kAnswerTime,
      own.environment.clock);
  if (own.health != nullptr) {
    own.health->add(http->name(), false, [http] {
      const std::string trouble = http->trouble();
      return banyan::telemetry::Health::Finding{trouble.empty(), trouble};
    });
  }
  return card::make_card_provider(
      std::move(http), at.getPathAndQuery().empty() ? "/" : at.getPathAndQuery(),
      {given(own.options, kMerchant).value_or("RECSHOP01"), secret_of(own.options)});
}

}  // namespace

banyan::host::Party payment_provider() {
  return banyan::host::party<payments::Provider>("payments.provider", make);
}

std::vector<banyan::serving::Endpoint> payment_endpoints(const banyan::host::Ports& ports,
                                                         const OwnParts& own) {
  auto* const payments = ports.find<payments::Payments>();
  if (payments == nullptr || !given(own.options, kProvider)) return {};
  return {card::notifications(*payments, secret_of(own.options))};
}

std::vector<banyan::host::OwnOption> payment_options() {
  return {{std::string(kProvider), "URL",
           "The card provider's gateway, e.g. http://127.0.0.1:8600/gw/xml, which tells what it has"
           " done by POST /callbacks/payments; the shop sells on account (up to 1,000.00) when not"
           " given."},
          {std::string(kMerchant), "ID", "What the shop is called there (RECSHOP01)."},
          {std::string(kSecretFile), "FILE",
           "Its first line is what both sides sign with; 'change-me', as the simulator has it,"
           " when not given."}};
}

}  // namespace recordshop
