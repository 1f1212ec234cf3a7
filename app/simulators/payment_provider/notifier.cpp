// SPDX-License-Identifier: Apache-2.0
#include "notifier.hpp"

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/DOMWriter.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/Text.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>
#include <Poco/XML/XMLWriter.h>

#include <algorithm>
#include <sstream>

#include "money.hpp"
#include "signature.hpp"

namespace acmepay {
namespace {

constexpr int kMostAttempts = 20;
constexpr int kFirstPause = 200;  // milliseconds
constexpr int kLongestPause = 30'000;

Poco::Timestamp in_milliseconds(int milliseconds) {
  Poco::Timestamp time;
  time += Poco::Timestamp::TimeDiff(milliseconds) * 1'000;
  return time;
}

void add(Poco::XML::Document& document, Poco::XML::Element& parent, const std::string& name,
         const std::string& text, const std::string& currency = {}) {
  Poco::XML::AutoPtr<Poco::XML::Element> element = document.createElement(name);
  Poco::XML::AutoPtr<Poco::XML::Text> content = document.createTextNode(text);
  element->appendChild(content);
  if (!currency.empty()) element->setAttribute("cur", currency);
  parent.appendChild(element);
}

}  // namespace

Notifier::Notifier(std::string merchant, std::string secret, simulators::Whims& whims,
                   Poco::Logger& logger)
    : merchant_(std::move(merchant)), secret_(std::move(secret)), whims_(whims), logger_(logger) {
  thread_.start(*this);
}

Notifier::~Notifier() {
  {
    const Poco::FastMutex::ScopedLock lock(mutex_);
    ending_ = true;
  }
  changed_.set();
  thread_.join();
}

std::string Notifier::next_id() { return "N" + std::to_string(4'711 + 3 * told_++); }

void Notifier::tell(const std::string& event, const Transaction& transaction,
                    const Credit* credit) {
  const simulators::Whims::Now now = whims_.now();
  const Poco::FastMutex::ScopedLock lock(mutex_);
  if (url_.empty()) return;
  Poco::XML::AutoPtr<Poco::XML::Document> document = new Poco::XML::Document;
  Poco::XML::AutoPtr<Poco::XML::Element> root = document->createElement("Notification");
  root->setAttribute("id", next_id());
  root->setAttribute("merchant", merchant_);
  root->setAttribute("at", Poco::DateTimeFormatter::format(Poco::Timestamp(), "%d.%m.%Y %H:%M:%S"));
  document->appendChild(root);
  add(*document, *root, "Event", event);
  add(*document, *root, "TxnId", std::to_string(transaction.id));
  add(*document, *root, "MerchantRef", transaction.merchant_ref);
  if (credit != nullptr) add(*document, *root, "CreditRef", credit->ref);
  if (transaction.minor > 0) {
    add(*document, *root, "Amount",
        decimal_of(credit != nullptr ? credit->minor : transaction.minor), transaction.currency);
  }
  if (!transaction.why.empty()) add(*document, *root, "Code", transaction.why);
  std::ostringstream xml;
  Poco::XML::DOMWriter writer;
  writer.setOptions(Poco::XML::XMLWriter::WRITE_XML_DECLARATION);
  writer.writeNode(xml, document);

  const int copies = whims_.happens(now.duplicate) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    waiting_.insert({in_milliseconds(whims_.up_to(now.disorder)), {xml.str()}});
  }
  changed_.set();
}

void Notifier::tell_at(const std::string& url) {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  url_ = url;
}

std::string Notifier::told_at() {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return url_;
}

std::size_t Notifier::untold() {
  const Poco::FastMutex::ScopedLock lock(mutex_);
  return waiting_.size() + (is_sending_ ? 1 : 0);
}

void Notifier::run() {
  while (true) {
    Message message;
    std::string url;
    long pause = 60'000;
    {
      const Poco::FastMutex::ScopedLock lock(mutex_);
      if (ending_) return;
      if (!waiting_.empty()) {
        const auto first = waiting_.begin();
        pause = static_cast<long>((first->first - Poco::Timestamp()) / 1'000) + 1;
        if (first->first <= Poco::Timestamp()) {
          message = first->second;
          waiting_.erase(first);
          url = url_;
          is_sending_ = true;
        }
      }
    }
    if (message.xml.empty()) {
      changed_.tryWait(std::max(pause, 1L));
      continue;
    }
    const bool accepted = send(url, message.xml);
    const Poco::FastMutex::ScopedLock lock(mutex_);
    is_sending_ = false;
    if (accepted || ++message.attempt == kMostAttempts) continue;
    const int shift = std::min(message.attempt - 1, 10);
    waiting_.insert({in_milliseconds(std::min(kFirstPause << shift, kLongestPause)), message});
  }
}

bool Notifier::send(const std::string& url, const std::string& xml) const {
  try {
    const Poco::URI at(url);
    Poco::Net::HTTPClientSession session(at.getHost(), at.getPort());
    session.setTimeout(Poco::Timespan(5, 0));
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_POST, at.getPathAndQuery(),
                                   Poco::Net::HTTPMessage::HTTP_1_1);
    request.setContentType("text/xml");
    request.setContentLength64(static_cast<Poco::Int64>(xml.size()));
    request.set("X-AcmePay-Signature", signature_of(xml, secret_));
    session.sendRequest(request) << xml;
    Poco::Net::HTTPResponse response;
    std::string body;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), body);
    return body.find("[accepted]") != std::string::npos;
  } catch (const Poco::Exception& error) {
    logger_.debug("not told: " + error.displayText());
    return false;
  }
}

}  // namespace acmepay
