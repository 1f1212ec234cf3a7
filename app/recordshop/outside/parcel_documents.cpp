// SPDX-License-Identifier: Apache-2.0
#include "outside/parcel_documents.hpp"

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/DOMWriter.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/NodeList.h>
#include <Poco/DOM/Text.h>
#include <Poco/DateTime.h>
#include <Poco/DateTimeParser.h>
#include <Poco/XML/XMLWriter.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <sstream>
#include <utility>

#include "outside/small_xml.hpp"

namespace recordshop::parcels {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;
using Poco::XML::AutoPtr;
using Poco::XML::Document;
using Poco::XML::Element;
using shipping::Leg;
using shipping::Sighting;
using shipping::TrackingEvent;

const std::string kSoap = "http://schemas.xmlsoap.org/soap/envelope/";
const std::string kCargo = "urn:overland:cargoconnect:2.1";
const std::string kPush = "urn:overland:push:1";
constexpr std::string_view kReturn = ":return";
constexpr std::string_view kBroughtBack = "RETURNED TO CONSIGNOR";
constexpr banyan::Timestamp kEndOfTime{std::numeric_limits<std::int64_t>::max()};

std::unexpected<banyan::Error> no_answer(const std::string& why) {
  return fail(ErrorCode::Unavailable, "carrier.unreachable", "the carrier " + why);
}

/// E04…: it does not carry this. E00…: it cannot read this document, whereas others may be fine;
/// but E0099: it does not know us. E09…: it has no time. Everything else: it does not like how it
/// is asked, and will not like it any better tomorrow.
std::unexpected<banyan::Error> read_fault(const std::string& text) {
  const bool of_one_document = text.starts_with("E00") && !text.starts_with("E0099");
  if (text.starts_with("E04") || of_one_document) {
    return fail(ErrorCode::InvalidArgument, "carrier.refused", "the carrier says: " + text);
  }
  if (text.starts_with("E09")) return no_answer("says: " + text);
  return fail(ErrorCode::Internal, "carrier.misunderstood",
              "the carrier says: " + text +
                  ". Compare the account and its PIN with what it has been told.");
}

/// The element `name` in the body of an answer, with what it stands in.
struct Body {
  AutoPtr<Document> document;
  const Element* element = nullptr;
};

Result<Body> body_of(const std::string& xml, const std::string& name) {
  Body found{read_xml(xml)};
  const Element* const root = found.document ? found.document->documentElement() : nullptr;
  const Element* const body = root == nullptr ? nullptr : root->getChildElementNS(kSoap, "Body");
  if (body == nullptr) return no_answer("sends something else than an answer");
  if (const Element* const fault = body->getChildElementNS(kSoap, "Fault")) {
    const Element* const text = fault->getChildElement("faultstring");
    return read_fault(text == nullptr ? "" : text->innerText());
  }
  found.element = body->getChildElementNS(kCargo, name);
  if (found.element == nullptr) return no_answer("answers something else than it was asked");
  return found;
}

std::string text_of(const Element& parent, const std::string& name) {
  const Element* const child = parent.getChildElementNS(kCargo, name);
  return child == nullptr ? std::string() : child->innerText();
}

/// Its numbers say little (33 is a delay and a query), so it goes by the beginning of the prose.
std::optional<Sighting> sighting_of(const std::string& prose) {
  constexpr auto kProse = std::to_array<std::pair<std::string_view, Sighting>>(
      {{"CONSIGNMENT LODGED", Sighting::Announced},
       {"UPLIFTED", Sighting::Collected},
       {"AT DEPOT", Sighting::OnItsWay},
       {"IN TRANSIT", Sighting::OnItsWay},
       {"DELAYED", Sighting::Delayed},
       {"HANDED OVER", Sighting::Delivered},
       {kBroughtBack, Sighting::Delivered}});
  for (const auto& [beginning, sighting] : kProse) {
    if (prose.starts_with(beginning)) return sighting;
  }
  return std::nullopt;
}

/// Does the carrier have it?
bool is_out(Sighting sighting) {
  return sighting != Sighting::Announced && sighting != Sighting::Delayed;
}

/// "29/11/26 14:05:07" by the depots' clock, which is an hour ahead of UTC, in summer too.
std::optional<banyan::Timestamp> time_of(const std::string& text) {
  Poco::DateTime time;
  int zone = 0;
  if (!Poco::DateTimeParser::tryParse("%d/%m/%y %H:%M:%S", text, time, zone)) return std::nullopt;
  constexpr std::int64_t kAhead = 3'600'000'000;
  return banyan::Timestamp{time.timestamp().epochMicroseconds() - kAhead};
}

class Writing {
 public:
  Writing(const std::string& what, const std::string& reference, const Account& account) {
    AutoPtr<Element> envelope(document_->createElementNS(kSoap, "soap:Envelope"));
    document_->appendChild(envelope);
    AutoPtr<Element> header(document_->createElementNS(kSoap, "soap:Header"));
    envelope->appendChild(header);
    AutoPtr<Element> customer(document_->createElementNS(kCargo, "c:Customer"));
    customer->setAttribute("no", account.number);
    customer->setAttribute("pin", account.pin);
    header->appendChild(customer);
    AutoPtr<Element> body(document_->createElementNS(kSoap, "soap:Body"));
    envelope->appendChild(body);
    wanted_ = document_->createElementNS(kCargo, "c:" + what);
    body->appendChild(wanted_);
    add("ConsignorRef", ref_of(reference));
  }

  Element& add(const std::string& name, const std::string& text) {
    AutoPtr<Element> element(document_->createElementNS(kCargo, "c:" + name));
    AutoPtr<Poco::XML::Text> content(document_->createTextNode(text));
    element->appendChild(content);
    wanted_->appendChild(element);
    return *element;
  }
  Element& wanted() { return *wanted_; }

  std::string text() const {
    std::ostringstream xml;
    Poco::XML::DOMWriter writer;
    writer.setOptions(Poco::XML::XMLWriter::WRITE_XML_DECLARATION);
    writer.writeNode(xml, document_);
    return xml.str();
  }

 private:
  AutoPtr<Document> document_{new Document};
  AutoPtr<Element> wanted_;
};

}  // namespace

std::string ref_of(const std::string& reference) {
  const bool is_return = reference.ends_with(kReturn);
  const std::string order =
      reference.substr(0, reference.size() - (is_return ? kReturn.size() : 0));
  return order.substr(shipping::OrderId::prefix.size() + 1) + (is_return ? "-R" : "-O");
}

std::optional<shipping::OrderId> order_of(const std::string& ref) {
  if (!ref.ends_with("-O") && !ref.ends_with("-R")) return std::nullopt;
  return shipping::OrderId::parse(std::string(shipping::OrderId::prefix) + '_' +
                                  ref.substr(0, ref.size() - 2));
}

std::string lodge_request(const shipping::Booking& booking, const Account& account) {
  Writing writing("LodgeConsignment", booking.reference, account);
  writing.wanted().setAttribute("service", booking.leg == Leg::Outbound ? "STD" : "RET");
  writing.add("Colli", std::to_string(booking.parcels));
  Element& consignee = writing.add("Consignee", "");
  consignee.setAttribute("name", booking.address.recipient);
  consignee.setAttribute("street", booking.address.street);
  consignee.setAttribute("zip", booking.address.postal_code);
  consignee.setAttribute("town", booking.address.city);
  consignee.setAttribute("ctry", booking.address.country);
  return writing.text();
}

std::string withdraw_request(const std::string& reference, const Account& account) {
  return Writing("WithdrawConsignment", reference, account).text();
}

std::string trace_request(const std::string& reference, const Account& account) {
  return Writing("TraceRequest", reference, account).text();
}

Result<std::string> read_lodged(const std::string& xml) {
  const Result<Body> body = body_of(xml, "LodgeResponse");
  if (!body) return fail(body.error());
  if (std::string number = text_of(*body->element, "CN"); !number.empty()) return number;
  // Lodged before: the number stands in a sentence.
  constexpr std::string_view kSee = "SEE CN ";
  const std::string warning = text_of(*body->element, "Warning");
  const std::size_t at = warning.find(kSee);
  if (at == std::string::npos) return no_answer("has lodged it without saying as what");
  const std::size_t begin = at + kSee.size();
  return warning.substr(begin, warning.find_first_not_of("0123456789", begin) - begin);
}

Result<void> read_withdrawn(const std::string& xml) {
  const Result<Body> body = body_of(xml, "WithdrawResponse");
  if (!body) return fail(body.error());
  const std::string remark = text_of(*body->element, "Remark");
  if (remark.starts_with("WITHDRAWN") || remark.starts_with("NO TRACE")) return {};
  if (remark.find("ALREADY UPLIFTED") != std::string::npos) {
    return fail(ErrorCode::FailedPrecondition, "carrier.collected", "the carrier says: " + remark);
  }
  return no_answer("says of a withdrawal: " + remark);
}

Result<std::optional<shipping::Tracking>> read_trace(const std::string& xml, Leg leg) {
  const Result<Body> body = body_of(xml, "TraceResponse");
  if (!body) return fail(body.error());
  if (body->element->getAttribute("found") != "Y") return std::optional<shipping::Tracking>();
  shipping::Tracking tracking{text_of(*body->element, "CN"), {}};
  const AutoPtr<Poco::XML::NodeList> scans(body->element->getElementsByTagNameNS(kCargo, "Scan"));
  std::optional<banyan::Timestamp> brought_back;  // when last
  std::optional<banyan::Timestamp> newest;        // of all scans
  std::optional<banyan::Timestamp> newest_out;    // of those that say that it is out
  std::string newest_prose;
  for (unsigned long i = 0; i < scans->length(); ++i) {
    const auto* const scan = dynamic_cast<const Element*>(scans->item(i));
    const std::string prose = scan->innerText();
    auto sighting = sighting_of(prose);
    const auto at = time_of(scan->getAttribute("when"));
    if (at && (!newest || *newest < *at)) {
      newest = at;
      newest_prose = prose;
    }
    // The end of the way back. On the way out: nobody took it, and the customer does not have it.
    if (leg == Leg::Outbound && prose.starts_with(kBroughtBack)) {
      sighting = Sighting::OnItsWay;
      // Without a time that can be read it is taken for the last that has happened.
      const auto when = at.value_or(kEndOfTime);
      if (!brought_back || *brought_back < when) brought_back = when;
      tracking.problem = "carrier.brought_back: the carrier has brought it back (" + prose +
                         "); it is at the shop: send it out again, or return the order, which"
                         " gives the money back at once";
    } else if (sighting && is_out(*sighting) && at && (!newest_out || *newest_out < *at)) {
      newest_out = at;
    }
    // What nobody here has a word for moves nothing.
    if (sighting && at) tracking.events.push_back({leg, *sighting, *at, prose});
  }
  if (brought_back) {
    // What came back afterwards was not delivered.
    for (TrackingEvent& event : tracking.events) {
      if (event.sighting == Sighting::Delivered && event.at < *brought_back) {
        event.sighting = Sighting::OnItsWay;
      }
    }
    if (newest_out && *brought_back < *newest_out) {
      tracking.problem.reset();  // it was sent out again
      brought_back.reset();
    } else if (newest && *brought_back < *newest) {
      // Nobody's money goes back on the strength of that, and nobody forgets the parcel.
      tracking.problem = std::string(shipping::kBroughtBackRule) +
                         ": the carrier had brought it back, and what it says since does not tell"
                         " where it is (" +
                         newest_prose + "); ask it, and send the parcel out again";
      brought_back.reset();
    }
  }
  tracking.brought_back_at = brought_back;
  std::ranges::sort(tracking.events, [](const TrackingEvent& left, const TrackingEvent& right) {
    return left.at != right.at ? left.at < right.at : left < right;
  });
  const auto doubled = std::ranges::unique(tracking.events);
  tracking.events.erase(doubled.begin(), doubled.end());
  return std::optional(std::move(tracking));
}

std::optional<shipping::OrderId> read_push(const std::string& xml) {
  if (xml.size() > kLongestPush) return std::nullopt;
  const AutoPtr<Document> document = read_xml(xml);
  const Element* const root = document ? document->documentElement() : nullptr;
  if (root == nullptr || root->localName() != "TrackNotify" || root->namespaceURI() != kPush) {
    return std::nullopt;
  }
  return order_of(root->getAttribute("ref"));
}

}  // namespace recordshop::parcels
