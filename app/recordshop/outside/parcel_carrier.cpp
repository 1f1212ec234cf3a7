// SPDX-License-Identifier: Apache-2.0
#include "outside/parcel_carrier.hpp"

#include <utility>

#include "banyan/binding/outside_http.hpp"

namespace recordshop::parcels {
namespace {

namespace http = banyan::http;
using banyan::Context;
using banyan::Result;
using shipping::Booking;
using shipping::Leg;
using shipping::Shipment;
using shipping::Tracking;

/// Before the shop's number there: who it is, wherever its desk is reached.
constexpr std::string_view kCompany = "overland/";

class ParcelCarrier final : public shipping::Carrier {
 public:
  ParcelCarrier(Desk desk, const banyan::Clock& clock)
      : desk_(std::move(desk)), http_("the carrier", desk_.endpoint, desk_.attempt_time, clock) {}

  std::string name() const override { return std::string(kCompany) + desk_.account.number; }

  // Never repeated on the way: whoever asked looks up what became of it.
  Result<std::string> book(const Booking& booking, const Context& context) override {
    const auto xml = ask("LodgeConsignment", lodge_request(booking, desk_.account),
                         http::Repeat::Never, context);
    if (!xml) return banyan::fail(xml.error());
    return read_lodged(*xml);
  }

  Result<void> cancel(const Shipment& shipment, const Context& context) override {
    // "NO TRACE" of another's parcel would sound like a withdrawal.
    const std::optional<std::string>& number = shipment.tracking_number;
    if (number && !is_carriers_number(*number)) {
      return banyan::fail(banyan::ErrorCode::FailedPrecondition, "carrier.not_ours",
                          *number +
                              " is no number of the carrier's, which cannot say that it stays;"
                              " ask the one whose number it is");
    }
    const auto xml = ask("WithdrawConsignment", withdraw_request(shipment.reference, desk_.account),
                         http::Repeat::Never, context);
    if (!xml) return banyan::fail(xml.error());
    return read_withdrawn(*xml);
  }

  Result<std::optional<Tracking>> track(const Shipment& shipment, const Context& context) override {
    const auto xml = ask("TraceRequest", trace_request(shipment.reference, desk_.account),
                         http::Repeat::Safe, context);
    if (!xml) return banyan::fail(xml.error());
    const bool is_return = ref_of(shipment.reference).ends_with("-R");
    return read_trace(*xml, is_return ? Leg::Return : Leg::Outbound);
  }

 private:
  Result<std::string> ask(std::string_view what, std::string xml, http::Repeat repeat,
                          const Context& context) const {
    http::Request request;
    request.head.method = "POST";
    request.head.target = desk_.path;
    request.head.fields.add("Content-Type", "text/xml");
    request.body = std::move(xml);
    auto response = http_.exchange(what, std::move(request), context, repeat);
    if (!response) return banyan::fail(response.error());
    return std::move(response->body);
  }

  const Desk desk_;
  const banyan::binding::OutsideHttp http_;
};

http::Response answer(unsigned status, std::string text) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", "text/plain");
  response.body = std::move(text);
  return response;
}

http::Response note(shipping::Shipping& shipping, const http::Request& request,
                    const Context& context) {
  const auto order = read_push(request.body);
  if (!order) return answer(200, "ACK");  // none of ours
  const auto noted = shipping.handle(shipping::RefreshTracking{*order}, context);
  if (noted || noted.error().rule == "shipping.unknown_consignment") return answer(200, "ACK");
  return answer(503, noted.error().message + '\n');
}

}  // namespace

std::unique_ptr<shipping::Carrier> make_parcel_carrier(Desk desk, const banyan::Clock& clock) {
  return std::make_unique<ParcelCarrier>(std::move(desk), clock);
}

bool is_carriers_number(std::string_view number) {
  return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

banyan::serving::Endpoint pushes(shipping::Shipping& shipping) {
  return {.name = "carrier_pushes",
          .method = "POST",
          .path = "/callbacks/shipping",
          .effect = banyan::Effect::Write,
          .module = "shipping",
          .answer = [&shipping](const http::Request& request, const Context& context) {
            return note(shipping, request, context);
          }};
}

}  // namespace recordshop::parcels
