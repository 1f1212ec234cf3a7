// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/Thread.h>

#include <algorithm>
#include <array>

namespace overland {
namespace {

constexpr std::size_t kLongestRef = 35;
constexpr std::array kNotServed{"AQ", "KP"};

}  // namespace

void Desk::handleRequest(Poco::Net::HTTPServerRequest& request,
                         Poco::Net::HTTPServerResponse& response) {
  std::string xml;
  Poco::StreamCopier::copyToString(request.stream(), xml);
  const simulators::Whims::Now now = whims_.now();
  if (now.slow > 0) Poco::Thread::sleep(now.slow);
  Answer answer;
  if (now.outage == 0) {
    answer = carry_out(xml);
  } else if (whims_.happens(50)) {
    answer = fault(200, "E0900 SYSTEM BUSY, TRY LATER", whims_);
  } else {
    answer = {502, "<html><body><h1>Overland Parcel</h1>Our portal is being updated.<br></html>"};
  }
  if (now.late > 0) Poco::Thread::sleep(now.late);
  if (now.outage == 0 && whims_.happens(now.lose_answers)) {
    // The client sees its connection end.
    dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).detachSocket().close();
    return;
  }
  response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status),
                              "OK");  // whatever the status
  response.setContentType(answer.status == 502 ? "text/html" : "text/xml");
  response.setContentLength64(static_cast<Poco::Int64>(answer.xml.size()));
  response.send() << answer.xml;
}

Answer Desk::carry_out(const std::string& xml) {
  const auto asked = read(xml);
  if (!asked) return fault(500, "E0001 MALFORMED REQUEST", whims_);
  if (asked->account.number != account_.number || asked->account.pin != account_.pin) {
    return fault(200, "E0099 CUSTOMER NO OR PIN NOT VALID", whims_);
  }
  const std::string& ref = asked->parcel.ref;
  if (ref.empty() || ref.size() > kLongestRef) return fault(500, "E0012 REF LENGTH", whims_);
  if (asked->what == "LodgeConsignment") return lodge(*asked);
  if (asked->what == "WithdrawConsignment") return withdrawn(depot_.withdraw(ref), whims_);
  const auto parcel = depot_.find(ref);
  return trace(parcel ? &*parcel : nullptr, whims_);
}

Answer Desk::lodge(const Asked& asked) {
  const std::string& country = asked.parcel.country;
  if (std::ranges::any_of(kNotServed, [&](const char* each) { return country == each; })) {
    return fault(500, "E0417 NO SERVICE TO COUNTRY " + country, whims_);
  }
  if (asked.zip.empty() && country == "DE") return fault(500, "E0418 ZIP MISSING", whims_);
  const auto [is_new, parcel] = depot_.lodge(asked.parcel);
  if (is_new) pusher_.tell(parcel);
  return lodged(parcel, is_new, whims_);
}

}  // namespace overland
