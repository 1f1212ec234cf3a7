// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/host/application.hpp"

/// Who stands behind shipping::Carrier: the carrier that --carrier names, or else the shop's own
/// messenger. And where that carrier pushes what has happened.
namespace recordshop {

banyan::host::Party carrier();
std::vector<banyan::serving::Endpoint> carrier_endpoints(const banyan::host::Ports& ports,
                                                         const banyan::host::OwnParts& own);
std::vector<banyan::host::OwnOption> carrier_options();

}  // namespace recordshop
