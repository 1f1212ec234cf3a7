// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "shipping/carrier.hpp"

namespace recordshop {

/// The shop's own messenger, for a shop without a carrier: books at once, collects a minute later,
/// has delivered (or brought back) ten minutes after the booking, goes everywhere. Keeps nothing:
/// all that there is to know stands in the tracking number, so by our reference alone nothing is
/// found. The clock must outlive it.
std::unique_ptr<shipping::Carrier> make_messenger(const banyan::Clock& clock);

/// Whether the messenger has given that number.
bool is_messengers_number(std::string_view number);

}  // namespace recordshop
