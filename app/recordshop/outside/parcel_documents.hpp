// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "shipping/carrier.hpp"

/// The documents of the carrier (Overland's "CargoConnect 2.1"), and what they say in the shop's
/// words. All that is odd about it stays here.
namespace recordshop::parcels {

struct Account {
  std::string number;
  std::string pin;
};

/// What Overland may be asked to call a consignment: 35 characters at most, so without the prefix
/// of ours. "0190…-O" is what `ord_0190…` is on its way out, "0190…-R" on its way back.
std::string ref_of(const std::string& reference);
/// Nothing for what is none of ours.
std::optional<shipping::OrderId> order_of(const std::string& ref);

std::string lodge_request(const shipping::Booking& booking, const Account& account);
std::string withdraw_request(const std::string& reference, const Account& account);
std::string trace_request(const std::string& reference, const Account& account);

// Answers, of whatever status. Unavailable "carrier.unreachable" where it is no answer of the
// carrier's (a page for people) or says that it has no time; Internal "carrier.misunderstood" where
// it says that we do something wrong; else as shipping::Carrier says.

/// The tracking number, also of what was lodged before.
banyan::Result<std::string> read_lodged(const std::string& xml);
banyan::Result<void> read_withdrawn(const std::string& xml);
banyan::Result<std::optional<shipping::Tracking>> read_trace(const std::string& xml,
                                                             shipping::Leg leg);

/// Whom a push is about: the only thing in it that is believed. Nothing for what is no push, or
/// none of ours.
std::optional<shipping::OrderId> read_push(const std::string& xml);

}  // namespace recordshop::parcels
