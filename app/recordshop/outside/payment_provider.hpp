// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/host/application.hpp"

/// Who stands behind payments::Provider: the card provider that --payment-provider names, or else
/// the shop itself, which sells on account. And where that provider tells what it has done.
namespace recordshop {

banyan::host::Party payment_provider();
std::vector<banyan::serving::Endpoint> payment_endpoints(const banyan::host::Ports& ports,
                                                         const banyan::host::OwnParts& own);
std::vector<banyan::host::OwnOption> payment_options();

}  // namespace recordshop
