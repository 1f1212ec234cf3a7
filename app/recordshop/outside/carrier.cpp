// SPDX-License-Identifier: Apache-2.0
#include "outside/carrier.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <fstream>
#include <optional>
#include <stdexcept>

#include "banyan/host/composition.hpp"
#include "outside/messenger.hpp"
#include "outside/parcel_carrier.hpp"

namespace recordshop {
namespace {

using banyan::host::OwnParts;
using banyan::host::OwnValues;

constexpr std::string_view kCarrier = "carrier";
constexpr std::string_view kAccount = "carrier-account";
constexpr std::string_view kPinFile = "carrier-pin-file";

std::optional<std::string> given(const OwnValues& options, std::string_view name) {
  const auto found = options.find(name);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

/// The first line of the file; without one what the simulator has, for trying out.
std::string pin_of(const OwnValues& options) {
  const auto file = given(options, kPinFile);
  if (!file) return "0000";
  std::ifstream in(*file);
  std::string pin;
  if (!std::getline(in, pin) || pin.empty()) {
    throw std::runtime_error("--carrier-pin-file: " + *file +
                             " cannot be read, or its first line is empty. Write the PIN that the"
                             " carrier has given you there.");
  }
  return pin;
}

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
            .account = {given(options, kAccount).value_or("40017"), pin_of(options)}};
  } catch (const Poco::Exception&) {
    throw refuse();
  }
}

std::unique_ptr<shipping::Carrier> make(const OwnParts& own) {
  const auto url = given(own.options, kCarrier);
  if (!url) return make_messenger(own.environment.clock);
  return parcels::make_parcel_carrier(desk_of(*url, own.options), own.environment.clock);
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
           "Its first line proves it; '0000', as the simulator has it, when not given."}};
}

}  // namespace recordshop
