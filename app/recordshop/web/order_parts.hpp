// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/composer.hpp"
#include "web/html.hpp"

/// What other modules tell about an order. Each is nothing where there is nothing to tell yet, and
/// a gap where the module cannot be reached.
namespace recordshop::web {

Html payment_part(const banyan::Result<payments::Payment>& payment);
Html parcel_part(const banyan::Result<shipping::ConsignmentDetails>& consignment);

}  // namespace recordshop::web
