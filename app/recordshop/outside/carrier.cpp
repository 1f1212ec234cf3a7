// SPDX-License-Identifier: Apache-2.0
#include "outside/carrier.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <optional>
#include <stdexcept>
#include <utility>

#include "banyan/host/composition.hpp"
#include "outside/messenger.hpp"
#include "outside/missing_parties.hpp"
#include "outside/parcel_carrier.hpp"
#include "outside/secrets.hpp"

namespace recordshop {
namespace {

using banyan::host::OwnParts;
using banyan::host::OwnValues;

constexpr std::string_view kCarrier = "carrier";
constexpr std::string_view kAccount = "carrier-account";
constexpr std::string_view kPinFile = "carrier-pin-file";
constexpr MissingPartiesHealth kMissing{
    "other carriers", "parcels", "start it with --carrier (and --carrier-account) of that one"};

std::optional<std::string> given(const OwnValues& options, std::string_view name) {
  const auto found = options.find(name);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

constexpr SharedSecret kPin{kPinFile, kCarrier, "0000"};

parcels::Desk desk_of(const std::string& url, const OwnValues& options) {
  const auto refuse = [&] {
    return std::runtime_error(
        "--carrier: '" + url +
        "' is not http://HOST:PORT/PATH, e.g. http://127.0.0.1:8700/ws/CargoConnect.");
  };
  try {
    const Poco::URI uri(url);
    if (uri.getScheme() != "http" || uri.getHost().empty()) throw refuse();
    return {.endpoint = {uri.getHost(), uri.getPort()},
            .path = uri.getPathAndQuery().empty() ? "/" : uri.getPathAndQuery(),
            .account = {given(options, kAccount).value_or("40017"),
                        secret_of(kPin, options, uri.getHost())}};
  } catch (const Poco::Exception&) {
    throw refuse();
  }
}

/// The carrier of today, and the messenger, who is reached without being told where: a parcel stays
/// with whoever has it.
class CarriersAtHand final : public shipping::Carrier {
 public:
  CarriersAtHand(std::unique_ptr<shipping::Carrier> today,
                 std::unique_ptr<shipping::Carrier> messenger,
                 std::shared_ptr<MissingParties> missing)
      : today_(std::move(today)), messenger_(std::move(messenger)), missing_(std::move(missing)) {}

  std::string name() const override { return today_->name(); }
  shipping::Carrier* party(std::string_view name) override {
    if (name == today_->name()) return today_.get();
    if (name == messenger_->name()) return messenger_.get();
    missing_->miss(name);
    return nullptr;
  }
  shipping::Carrier* party_of_number(std::string_view number) override {
    if (is_messengers_number(number)) return messenger_.get();
    if (today_->name() != messenger_->name() && parcels::is_carriers_number(number)) {
      return today_.get();
    }
    missing_->miss("a carrier whose name a version before has not written down");
    return nullptr;
  }

  banyan::Result<std::string> book(const shipping::Booking& booking,
                                   const banyan::Context& context) override {
    return today_->book(booking, context);
  }
  banyan::Result<void> cancel(const shipping::Shipment& shipment,
                              const banyan::Context& context) override {
    return today_->cancel(shipment, context);
  }
  banyan::Result<std::optional<shipping::Tracking>> track(const shipping::Shipment& shipment,
                                                          const banyan::Context& context) override {
    return today_->track(shipment, context);
  }

 private:
  const std::unique_ptr<shipping::Carrier> today_;
  const std::unique_ptr<shipping::Carrier> messenger_;
  const std::shared_ptr<MissingParties> missing_;
};

std::unique_ptr<shipping::Carrier> make(const OwnParts& own) {
  const auto url = given(own.options, kCarrier);
  const banyan::Clock& clock = own.environment.clock;
  auto today =
      url ? parcels::make_parcel_carrier(desk_of(*url, own.options), clock) : make_messenger(clock);
  return std::make_unique<CarriersAtHand>(std::move(today), make_messenger(clock),
                                          missing_parties(own, kMissing));
}

}  // namespace

banyan::host::Party carrier() {
  return banyan::host::party<shipping::Carrier>("shipping.carrier", make);
}

std::vector<banyan::serving::Endpoint> carrier_endpoints(const banyan::host::Ports& ports,
                                                         const OwnParts& own) {
  auto* const shipping = ports.find<shipping::Shipping>();
  if (shipping == nullptr || !given(own.options, kCarrier)) return {};
  return {parcels::pushes(*shipping)};
}

std::vector<banyan::host::OwnOption> carrier_options() {
  return {{std::string(kCarrier), "URL",
           "The carrier's desk, e.g. http://127.0.0.1:8700/ws/CargoConnect, which pushes what has"
           " happened to POST /callbacks/shipping; the shop has a messenger of its own when not"
           " given."},
          {std::string(kAccount), "NUMBER", "The shop's number there (40017)."},
          {std::string(kPinFile), "FILE",
           "Its first line proves it; '0000', as the simulator has it, when not given, which only a"
           " carrier on this machine is trusted with."}};
}

}  // namespace recordshop
