// SPDX-License-Identifier: Apache-2.0
#include "outside/card_provider.hpp"

#include <utility>

namespace recordshop::card {
namespace {

using banyan::Context;
using banyan::Money;
using banyan::Result;
using banyan::http::Repeat;
using payments::OrderId;
using payments::ProviderAnswer;
using payments::ProviderRequest;

/// Of a card without a token, the one that the gateway keeps for the payer.
std::string instrument_of(const payments::Method& method) {
  if (method.kind == payments::Method::Kind::Invoice) return {};
  return method.card.empty() ? "ON_FILE" : method.card;
}

std::string pay_code_of(const payments::Method& method) {
  return method.kind == payments::Method::Kind::Invoice ? "OI" : "CC";
}

/// Before the shop's name there: who it is, wherever the gateway is reached.
constexpr std::string_view kGateway = "acmepay/";

class CardProvider final : public payments::Provider {
 public:
  CardProvider(std::shared_ptr<const banyan::binding::OutsideHttp> http, std::string path,
               Merchant merchant)
      : http_(std::move(http)), path_(std::move(path)), merchant_(std::move(merchant)) {}

  std::string name() const override { return std::string(kGateway) + merchant_.id; }

  Result<ProviderAnswer> authorise(const ProviderRequest& request,
                                   const Context& context) override {
    if (!takes(request.amount.currency)) {
      return ProviderAnswer{.status = payments::ProviderStatus::Declined,
                            .reason = "the card provider takes no " + request.amount.currency};
    }
    return carry_out({.type = "PREAUTH",
                      .reference = request.reference,
                      .amount = request.amount,
                      .instrument = instrument_of(request.method),
                      .pay_code = pay_code_of(request.method),
                      .payer = request.customer.str()},
                     context);
  }
  Result<ProviderAnswer> capture(const OrderId& reference, const Money& /*amount*/,
                                 const Context& context) override {
    return carry_out({.type = "CAPTURE", .reference = reference}, context);
  }
  Result<ProviderAnswer> void_(const OrderId& reference, const Context& context) override {
    return carry_out({.type = "REVERSAL", .reference = reference}, context);
  }
  Result<ProviderAnswer> refund(const OrderId& reference, const std::string& refund,
                                const Money& amount, const Context& context) override {
    return carry_out({.type = "CREDIT", .reference = reference, .refund = refund, .amount = amount},
                     context);
  }
  Result<ProviderAnswer> look_up(const OrderId& reference, const Context& context) override {
    const auto answer = ask({.type = "STATUS", .reference = reference}, context);
    if (!answer) return banyan::fail(answer.error());
    return answer->account;
  }

 private:
  /// Asks, and where the answer does not say how the payment stands, asks for that.
  Result<ProviderAnswer> carry_out(const Request& request, const Context& context) {
    auto answer = ask(request, context);
    if (!answer) return banyan::fail(answer.error());
    if (answer->kind == Answer::Kind::LookUp) return look_up(request.reference, context);
    return std::move(answer->account);
  }

  Result<Answer> ask(const Request& request, const Context& context) const {
    banyan::http::Request message;
    message.head.method = "POST";
    message.head.target = path_;
    message.head.fields.add("Content-Type", "text/xml");
    message.body = written(request, merchant_);
    const auto response = http_->exchange(request.type, std::move(message), context,
                                          request.type == "STATUS" ? Repeat::Safe : Repeat::Never);
    if (!response) return banyan::fail(response.error());
    return read(response->body);
  }

  const std::shared_ptr<const banyan::binding::OutsideHttp> http_;
  const std::string path_;
  const Merchant merchant_;
};

}  // namespace

std::unique_ptr<payments::Provider> make_card_provider(
    std::shared_ptr<const banyan::binding::OutsideHttp> http, std::string path, Merchant merchant) {
  return std::make_unique<CardProvider>(std::move(http), std::move(path), std::move(merchant));
}

}  // namespace recordshop::card
