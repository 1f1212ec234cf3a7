// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/shipping_store.hpp"

namespace shipping {

/// The port, the handler of the event and the background runner on a store. The references must
/// outlive it.
std::unique_ptr<Module> make_shipping_on(std::unique_ptr<ShippingStore> store, Needs needs,
                                         const banyan::Environment& environment,
                                         const CarrierPolicy& policy);

}  // namespace shipping
