// SPDX-License-Identifier: Apache-2.0
#include "outside/card_documents.hpp"

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/DOMWriter.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/NodeList.h>
#include <Poco/DOM/Text.h>
#include <Poco/HMACEngine.h>
#include <Poco/SHA1Engine.h>
#include <Poco/XML/XMLWriter.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <utility>

#include "outside/small_xml.hpp"

namespace recordshop::card {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Money;
using banyan::Result;
using payments::OrderId;
using payments::ProviderAnswer;
using payments::ProviderStatus;
using Poco::XML::AutoPtr;
using Poco::XML::Document;
using Poco::XML::Element;

/// ISO 4217: the gateway has the numbers, the shop the letters. All of them have hundredths.
constexpr auto kCurrencies =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"AUD", "036"},
                                                                  {"CAD", "124"},
                                                                  {"CHF", "756"},
                                                                  {"CZK", "203"},
                                                                  {"DKK", "208"},
                                                                  {"EUR", "978"},
                                                                  {"GBP", "826"},
                                                                  {"NOK", "578"},
                                                                  {"NZD", "554"},
                                                                  {"PLN", "985"},
                                                                  {"SEK", "752"},
                                                                  {"USD", "840"}});

/// "" for one that it does not know.
std::string_view number_of(std::string_view currency) {
  for (const auto& [letters, number] : kCurrencies) {
    if (letters == currency) return number;
  }
  return {};
}

std::string decimal_of(std::int64_t minor) {
  const std::int64_t cents = minor % 100;
  return std::to_string(minor / 100) + (cents < 10 ? ".0" : ".") + std::to_string(cents);
}

/// "13", "12.5" and "12.50" are all amounts.
std::optional<std::int64_t> minor_of(std::string_view decimal) {
  const std::size_t point = std::min(decimal.find('.'), decimal.size());
  std::string digits(decimal.substr(0, point));
  std::string cents(decimal.substr(std::min(point + 1, decimal.size())));
  if (digits.empty() || cents.size() > 2) return std::nullopt;
  cents.resize(2, '0');
  digits += cents;
  std::int64_t minor = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), minor);
  if (error != std::errc{} || end != digits.data() + digits.size() || minor < 0) {
    return std::nullopt;
  }
  return minor;
}

std::string text_of(const Element& parent, const std::string& name) {
  const Element* const child = parent.getChildElement(name);
  return child == nullptr ? std::string() : child->innerText();
}

std::optional<Money> amount_of(const Element& parent) {
  const Element* const child = parent.getChildElement("Amount");
  if (child == nullptr) return std::nullopt;
  const std::string number = child->getAttribute("cur");
  const auto* const currency =
      std::ranges::find(kCurrencies, number, [](const auto& each) { return each.second; });
  const auto minor = minor_of(child->innerText());
  if (currency == kCurrencies.end() || !minor) return std::nullopt;
  return Money{*minor, std::string(currency->first)};
}

void add(Document& document, Element& parent, const std::string& name, const std::string& text,
         const std::string& currency = {}) {
  if (text.empty()) return;
  AutoPtr<Element> element(document.createElement(name));
  AutoPtr<Poco::XML::Text> content(document.createTextNode(text));
  element->appendChild(content);
  if (!currency.empty()) element->setAttribute("cur", currency);
  parent.appendChild(element);
}

std::optional<ProviderStatus> status_of(const std::string& state) {
  if (state == "A") return ProviderStatus::Authorised;
  if (state == "D") return ProviderStatus::Declined;
  if (state == "C") return ProviderStatus::Captured;
  if (state == "R") return ProviderStatus::Voided;
  return std::nullopt;
}

std::string reason_of(const std::string& code) {
  if (code == "51") return "insufficient funds";
  if (code == "61") return "more than may be bought on invoice";
  return "the bank says no (" + code + ")";
}

std::unexpected<banyan::Error> no_answer(const std::string& why) {
  return fail(ErrorCode::Unavailable, "payments.provider_unavailable",
              "the card provider " + why + ".");
}

Result<Answer> read_error(const Element& error) {
  const std::string code = error.getAttribute("code");
  // Comes with status 500, and means that it has never heard of the payment.
  if (code == "E-404") return Answer{};
  // It was captured before: whoever asks for the account is told.
  if (code == "E-031") return Answer{.kind = Answer::Kind::LookUp};
  return no_answer("refuses how it is asked: " + code + " " + error.innerText() +
                   ". Compare --payment-merchant and --payment-secret-file with what it knows");
}

}  // namespace

bool takes(std::string_view currency) { return !number_of(currency).empty(); }

std::string written(const Request& request, const Merchant& merchant) {
  const std::string amount = request.amount ? decimal_of(request.amount->minor_units) : "";
  AutoPtr<Document> document(new Document);
  AutoPtr<Element> root(document->createElement("PayRequest"));
  root->setAttribute("version", "1.4");
  root->setAttribute("merchant", merchant.id);
  root->setAttribute("sign", signature_of(merchant.id + '|' + std::string(request.type) + '|' +
                                              request.reference.str() + '|' + amount,
                                          merchant.secret));
  document->appendChild(root);
  AutoPtr<Element> transaction(document->createElement("Transaction"));
  transaction->setAttribute("type", std::string(request.type));
  root->appendChild(transaction);
  add(*document, *transaction, "MerchantRef", request.reference.str());
  add(*document, *transaction, "CreditRef", request.refund);
  add(*document, *transaction, "Amount", amount,
      request.amount ? std::string(number_of(request.amount->currency)) : std::string());
  add(*document, *transaction, "PayCode", request.pay_code);
  add(*document, *transaction, "Instrument", request.instrument);
  add(*document, *transaction, "Payer", request.payer);
  std::ostringstream xml;
  Poco::XML::DOMWriter writer;
  writer.setOptions(Poco::XML::XMLWriter::WRITE_XML_DECLARATION);
  writer.writeNode(xml, document);
  return xml.str();
}

Result<Answer> read(const std::string& xml) {
  AutoPtr<Document> document = read_xml(xml);
  const Element* const root = document ? document->documentElement() : nullptr;
  if (root == nullptr || root->nodeName() != "PayResponse") {
    return no_answer("sends something else than an answer");
  }
  if (const Element* const error = root->getChildElement("Error")) return read_error(*error);
  const Element* const result = root->getChildElement("Result");
  if (result == nullptr) return no_answer("sends an answer without a result");
  const auto status = status_of(text_of(*root, "State"));
  if (!status) return Answer{.kind = Answer::Kind::LookUp};
  Answer answer{.account = {.status = *status, .amount = amount_of(*root)}};
  if (*status == ProviderStatus::Declined) {
    answer.account.reason = reason_of(result->getAttribute("code"));
  }
  if (const Element* const credits = root->getChildElement("Credits")) {
    AutoPtr<Poco::XML::NodeList> list(credits->getElementsByTagName("Credit"));
    for (unsigned long i = 0; i < list->length(); ++i) {
      const auto* const credit = dynamic_cast<const Element*>(list->item(i));
      const auto minor = minor_of(credit->innerText());
      if (!minor) return no_answer("gives money back that is no amount");
      answer.account.refunds.push_back({credit->getAttribute("ref"), *minor});
    }
  }
  return answer;
}

std::optional<Notification> read_notification(const std::string& xml) {
  if (xml.size() > kLongestPush) return std::nullopt;
  AutoPtr<Document> document = read_xml(xml);
  const Element* const root = document ? document->documentElement() : nullptr;
  if (root == nullptr || root->nodeName() != "Notification") return std::nullopt;
  const auto reference = OrderId::parse(text_of(*root, "MerchantRef"));
  if (!reference) return std::nullopt;
  const std::string event = text_of(*root, "Event");
  ProviderAnswer account{.amount = amount_of(*root)};
  if (event == "AUTH_OK") {
    account.status = ProviderStatus::Authorised;
  } else if (event == "AUTH_KO") {
    account.status = ProviderStatus::Declined;
    account.reason = reason_of(text_of(*root, "Code"));
  } else if (event == "SETTLED") {
    account.status = ProviderStatus::Captured;
  } else if (event == "REVERSED") {
    account.status = ProviderStatus::Voided;
  } else if (event == "CREDITED" && account.amount) {
    // Here the amount is that of the refund.
    account.status = ProviderStatus::Captured;
    account.refunds = {{text_of(*root, "CreditRef"), account.amount->minor_units}};
    account.amount.reset();
  } else {
    return std::nullopt;
  }
  return Notification{*reference, std::move(account)};
}

std::string signature_of(const std::string& text, const std::string& secret) {
  Poco::HMACEngine<Poco::SHA1Engine> engine(secret);
  engine.update(text);
  return Poco::DigestEngine::digestToHex(engine.digest());
}

bool is_signature_of(const std::string& text, const std::string& secret,
                     std::string_view signature) {
  const std::string right = signature_of(text, secret);
  unsigned difference = right.size() == signature.size() ? 0 : 1;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const char given = i < signature.size() ? signature[i] : '\0';
    difference |= static_cast<unsigned char>(right[i]) ^ static_cast<unsigned char>(given);
  }
  return difference == 0;
}

}  // namespace recordshop::card
