// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "payments/provider.hpp"

/// The documents of the card provider (AcmePay's "XML gateway 1.4"), and what they say in the
/// shop's words. All that is odd about it stays here.
namespace recordshop::card {

struct Merchant {
  std::string id;
  std::string secret;
};

/// What is asked of the gateway.
struct Request {
  std::string_view type;  ///< PREAUTH, CAPTURE, REVERSAL, CREDIT or STATUS
  payments::OrderId reference;
  std::string refund{};                   ///< of a CREDIT
  std::optional<banyan::Money> amount{};  ///< of a PREAUTH and of a CREDIT
  std::string instrument{};               ///< of a PREAUTH by card
  std::string pay_code{};                 ///< of a PREAUTH: CC for a card, OI for an open invoice
  std::string payer{};                    ///< of a PREAUTH
};

/// Has the gateway a number for the currency ("EUR")?
bool takes(std::string_view currency);

/// The signed document. The amount is of a currency that it takes.
std::string written(const Request& request, const Merchant& merchant);

/// What an answer comes to.
struct Answer {
  enum class Kind : std::uint8_t {
    Account,  ///< the payment as it stands is in `account`
    LookUp,   ///< it was carried out, or had been before: ask for the payment as it stands
  };
  Kind kind = Kind::Account;
  payments::ProviderAnswer account{};
};

/// Reads an answer of whatever status. Unavailable where it is no answer of the gateway's (a page
/// for people), and where it refuses how it is asked: nothing is decided until that is put right.
banyan::Result<Answer> read(const std::string& xml);

/// What the gateway tells unasked.
struct Notification {
  payments::OrderId reference;
  payments::ProviderAnswer account;
};

/// Nothing for what is no notification, or tells of what is none of ours.
std::optional<Notification> read_notification(const std::string& xml);

/// HMAC-SHA1 in hexadecimal digits, as the gateway signs.
std::string signature_of(const std::string& text, const std::string& secret);
/// Takes as long for a wrong one as for the right one.
bool is_signature_of(const std::string& text, const std::string& secret,
                     std::string_view signature);

}  // namespace recordshop::card
