// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/serving/served.hpp"
#include "payments/port.hpp"

namespace recordshop::card {

/// POST /callbacks/payments, where the card provider tells what it has done. Signed with the
/// merchant's secret, else 401. What is noted, or known to be of no use, is answered "[accepted]",
/// and not sent again; 503 asks for it once more. The port must outlive it.
banyan::serving::Endpoint notifications(payments::Payments& payments, std::string secret);

}  // namespace recordshop::card
