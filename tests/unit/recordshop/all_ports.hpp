// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/binding/port_binding.hpp"
#include "catalog/port.hpp"
#include "customers/port.hpp"
#include "orders/port.hpp"
#include "payments/port.hpp"
#include "shipping/port.hpp"
#include "warehouse/port.hpp"

namespace recordshop {

/// The ports of the shop.
inline std::vector<banyan::binding::PortDescription> all_ports() {
  using banyan::binding::PortBinding;
  return {
      PortBinding<catalog::Catalog>::describe(),     PortBinding<customers::Customers>::describe(),
      PortBinding<warehouse::Warehouse>::describe(), PortBinding<payments::Payments>::describe(),
      PortBinding<shipping::Shipping>::describe(),   PortBinding<orders::Orders>::describe()};
}

}  // namespace recordshop
