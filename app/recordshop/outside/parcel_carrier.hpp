// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "banyan/http/endpoint.hpp"
#include "banyan/serving/served.hpp"
#include "outside/parcel_documents.hpp"
#include "shipping/port.hpp"

/// The carrier (Overland) as the shop sees it: the anti-corruption layer between the two.
namespace recordshop::parcels {

struct Desk {
  banyan::http::Endpoint endpoint;
  std::string path;
  Account account;
  std::chrono::milliseconds attempt_time{3'000};
};

/// `clock` must outlive it.
std::unique_ptr<shipping::Carrier> make_parcel_carrier(Desk desk, const banyan::Clock& clock);

/// Whether it can be a number of the carrier's: these are digits.
bool is_carriers_number(std::string_view number);

/// POST /callbacks/shipping, where the carrier pushes what has happened. Nothing of it is believed
/// but that there is news of an order, so it needs no secret: who lies makes the shop ask. What is
/// noted, or is none of ours, is answered "ACK" and not sent again; 503 asks for it once more. The
/// port must outlive it.
banyan::serving::Endpoint pushes(shipping::Shipping& shipping);

}  // namespace recordshop::parcels
