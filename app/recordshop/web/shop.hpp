// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/kernel/environment.hpp"
#include "banyan/security/secret_key.hpp"
#include "banyan/serving/served.hpp"
#include "catalog/port.hpp"
#include "customers/port.hpp"
#include "orders/port.hpp"
#include "payments/port.hpp"
#include "shipping/port.hpp"
#include "warehouse/port.hpp"

/// The shop's pages: a gateway that asks the modules and puts together what they answer. It owns no
/// data, and each page is whole without JavaScript.
///
/// The pages are under /shop/ and at "/"; /albums, /orders and the like stay the API's. All parts
/// of a page are asked for at once and have one deadline in common; a part whose module cannot be
/// reached is a gap in the page.
namespace recordshop::web {

struct Ports {
  catalog::Catalog& catalog;
  customers::Customers& customers;
  warehouse::Warehouse& warehouse;
  payments::Payments& payments;
  shipping::Shipping& shipping;
  orders::Orders& orders;
};

/// `key` signs sessions and forms, and must be the same in all processes that serve them. The ports
/// and what the environment refers to must outlive the endpoints.
std::vector<banyan::serving::Endpoint> pages(const Ports& ports,
                                             const banyan::Environment& environment,
                                             const banyan::security::SecretKey& key);

}  // namespace recordshop::web
