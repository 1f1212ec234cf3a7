// SPDX-License-Identifier: Apache-2.0
#include "gateway.hpp"

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/DOMWriter.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/Text.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/Thread.h>
#include <Poco/XML/XMLWriter.h>

#include <optional>
#include <sstream>

#include "frame/document.hpp"
#include "money.hpp"
#include "signature.hpp"

namespace acmepay {
namespace {

using Poco::XML::AutoPtr;
using Poco::XML::Document;
using Poco::XML::Element;

std::string text_of(const Element& parent, const std::string& name) {
  const Element* const child = parent.getChildElement(name);
  return child == nullptr ? std::string() : child->innerText();
}

Element& append(Document& document, Element& parent, const std::string& name,
                const std::string& text = {}) {
  AutoPtr<Element> element = document.createElement(name);
  if (!text.empty()) {
    AutoPtr<Poco::XML::Text> content = document.createTextNode(text);
    element->appendChild(content);
  }
  parent.appendChild(element);
  return *element;
}

std::string written(Document& document) {
  std::ostringstream xml;
  Poco::XML::DOMWriter writer;
  writer.setOptions(Poco::XML::XMLWriter::WRITE_XML_DECLARATION);
  writer.writeNode(xml, &document);
  return xml.str();
}

AutoPtr<Document> response_document() {
  AutoPtr<Document> document = new Document;
  AutoPtr<Element> root = document->createElement("PayResponse");
  root->setAttribute("version", "1.4");
  document->appendChild(root);
  return document;
}

std::string error(const std::string& code, const std::string& text) {
  AutoPtr<Document> document = response_document();
  append(*document, *document->documentElement(), "Error", text).setAttribute("code", code);
  return written(*document);
}

/// Without `whole` it says what came of the request and nothing else.
std::string result(const Transaction& transaction, const std::string& code, const std::string& text,
                   bool whole = true) {
  AutoPtr<Document> document = response_document();
  Element& root = *document->documentElement();
  append(*document, root, "TxnId", std::to_string(transaction.id));
  append(*document, root, "MerchantRef", transaction.merchant_ref);
  Element& result = append(*document, root, "Result");
  result.setAttribute("code", code);
  result.setAttribute("text", text);
  if (!whole) return written(*document);
  append(*document, root, "State", std::string(1, transaction.state));
  if (transaction.minor > 0) {
    append(*document, root, "Amount", decimal_of(transaction.minor))
        .setAttribute("cur", transaction.currency);
  }
  if (!transaction.credits.empty()) {
    Element& credits = append(*document, root, "Credits");
    for (const Credit& credit : transaction.credits) {
      append(*document, credits, "Credit", decimal_of(credit.minor))
          .setAttribute("ref", credit.ref);
    }
  }
  return written(*document);
}

/// What is sold on an open invoice may cost 1,000 of any currency.
constexpr std::int64_t kMostOnInvoice = 100'000;

/// Which instruments have no money behind them, and which invoices nobody would stand for.
std::string decline_of(const std::string& pay_code, const std::string& instrument,
                       std::int64_t minor) {
  if (pay_code == "OI") return minor > kMostOnInvoice ? "61" : "";
  if (instrument.starts_with("tok_declined")) return "05";
  if (instrument.starts_with("tok_poor")) return "51";
  return {};
}

std::string decline_text(const std::string& code) {
  if (code == "61") return "EXCEEDS LIMIT";
  return code == "51" ? "INSUFFICIENT FUNDS" : "DO NOT HONOUR";
}

}  // namespace

struct Gateway::Asked {
  std::string type;
  std::string merchant_ref;
  std::string credit_ref;
  std::string currency;
  std::string amount;
  std::string pay_code;
  std::string instrument;
};

void Gateway::handleRequest(Poco::Net::HTTPServerRequest& request,
                            Poco::Net::HTTPServerResponse& response) {
  std::string xml;
  Poco::StreamCopier::copyToString(request.stream(), xml);
  const simulators::Whims::Now now = whims_.now();
  if (now.slow > 0) Poco::Thread::sleep(now.slow);
  if (now.outage != 0) {
    response.setStatusAndReason(Poco::Net::HTTPResponse::HTTP_SERVICE_UNAVAILABLE);
    response.setContentType("text/html");
    response.send() << "<html><body><h1>AcmePay</h1>We are improving our service for you. Please"
                       " come back in a few minutes.</body></html>";
    return;
  }
  const Answer answer = carry_out(xml);
  if (now.late > 0) Poco::Thread::sleep(now.late);
  if (whims_.happens(now.lose_answers)) {
    // The client sees its connection end.
    dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).detachSocket().close();
    return;
  }
  response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
  response.setReason("OK");  // whatever the status
  response.setContentType("text/xml");
  response.setContentLength64(static_cast<Poco::Int64>(answer.xml.size()));
  response.send() << answer.xml;
}

Gateway::Answer Gateway::carry_out(const std::string& xml) {
  const AutoPtr<Document> document = simulators::read_document(xml);
  if (!document) return {200, error("E-002", "MALFORMED DOCUMENT")};
  const Element& root = *document->documentElement();
  const Element* const transaction = root.getChildElement("Transaction");
  if (root.nodeName() != "PayRequest" || transaction == nullptr) {
    return {200, error("E-002", "MALFORMED DOCUMENT")};
  }
  const Element* const amount = transaction->getChildElement("Amount");
  const Asked asked{.type = transaction->getAttribute("type"),
                    .merchant_ref = text_of(*transaction, "MerchantRef"),
                    .credit_ref = text_of(*transaction, "CreditRef"),
                    .currency = amount == nullptr ? "" : amount->getAttribute("cur"),
                    .amount = amount == nullptr ? "" : amount->innerText(),
                    .pay_code = text_of(*transaction, "PayCode"),
                    .instrument = text_of(*transaction, "Instrument")};
  const std::string signed_text =
      merchant_.id + '|' + asked.type + '|' + asked.merchant_ref + '|' + asked.amount;
  if (root.getAttribute("merchant") != merchant_.id) return {200, error("E-010", "NO MERCHANT")};
  if (root.getAttribute("sign") != signature_of(signed_text, merchant_.secret)) {
    return {200, error("E-011", "BAD SIGN")};
  }
  if (asked.merchant_ref.empty()) return {200, error("E-017", "REF MISSING")};
  if (asked.type == "PREAUTH") return pre_authorise(asked);
  if (asked.type == "CAPTURE") return capture(asked);
  if (asked.type == "REVERSAL") return reverse(asked);
  if (asked.type == "CREDIT") return credit(asked);
  if (asked.type == "STATUS") return status(asked);
  return {200, error("E-003", "TYPE?")};
}

Gateway::Answer Gateway::pre_authorise(const Asked& asked) {
  const auto minor = minor_of(asked.amount);
  if (!minor || *minor == 0) return {200, error("E-020", "AMOUNT FORMAT")};
  // Merchants of the time before version 1.4 send no code; they have cards only.
  if (!asked.pay_code.empty() && asked.pay_code != "CC" && asked.pay_code != "OI") {
    return {200, error("E-021", "PAYCODE?")};
  }
  Transaction wanted;
  wanted.merchant_ref = asked.merchant_ref;
  wanted.currency = asked.currency;
  wanted.minor = *minor;
  const Books::Done done =
      books_.authorise(wanted, decline_of(asked.pay_code, asked.instrument, *minor));
  // Whoever asks twice has to ask what became of the first one.
  if (!done.changed) {
    return {200, result(done.transaction, "94", "DUPLICATE TRANSMISSION", false)};
  }
  if (done.transaction.state == 'D') {
    notifier_.tell("AUTH_KO", done.transaction);
    return {402,
            result(done.transaction, done.transaction.why, decline_text(done.transaction.why))};
  }
  notifier_.tell("AUTH_OK", done.transaction);
  return {200, result(done.transaction, "00", "APPROVED")};
}

Gateway::Answer Gateway::capture(const Asked& asked) {
  const auto done = books_.capture(asked.merchant_ref);
  if (!done) return {500, error("E-404", "NO SUCH TXN")};
  if (done->changed) notifier_.tell("SETTLED", done->transaction);
  if (done->transaction.state != 'C')
    return {200, result(done->transaction, "12", "INVALID TRANSACTION")};
  return {202, result(done->transaction, "00", "ACCEPTED")};
}

Gateway::Answer Gateway::reverse(const Asked& asked) {
  const Books::Done done = books_.reverse(asked.merchant_ref);
  if (done.changed) notifier_.tell("REVERSED", done.transaction);
  if (done.transaction.state == 'C') return {200, error("E-031", "TXN SETTLED, USE CREDIT")};
  return {200, result(done.transaction, "00", "REVERSED", done.transaction.id != 0)};
}

Gateway::Answer Gateway::credit(const Asked& asked) {
  const auto minor = minor_of(asked.amount);
  if (!minor || *minor == 0) return {200, error("E-020", "AMOUNT FORMAT")};
  const Credit wanted{asked.credit_ref, *minor};
  const auto done = books_.credit(asked.merchant_ref, wanted);
  if (!done) return {500, error("E-404", "NO SUCH TXN")};
  if (done->changed) notifier_.tell("CREDITED", done->transaction, &wanted);
  return {done->changed ? 201 : 200,
          result(done->transaction, done->changed ? "00" : "94", "CREDIT")};
}

Gateway::Answer Gateway::status(const Asked& asked) {
  const auto known = books_.find(asked.merchant_ref);
  if (!known) return {500, error("E-404", "NO SUCH TXN")};
  return {200, result(*known, known->why.empty() ? "00" : known->why, "STATUS")};
}

}  // namespace acmepay
