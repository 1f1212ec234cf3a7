// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "web/composer.hpp"
#include "web/frame.hpp"

/// The pages for buying.
namespace recordshop::web {

banyan::http::Response basket_page(Modules& modules, Visit& visit);
banyan::http::Response change_basket(Modules& modules, Visit& visit);
banyan::http::Response place_order(Modules& modules, Visit& visit);
banyan::http::Response orders_page(Modules& modules, Visit& visit);
banyan::http::Response order_page(Modules& modules, Visit& visit);
banyan::http::Response cancel_order(Modules& modules, Visit& visit);
banyan::http::Response return_order(Modules& modules, Visit& visit);

}  // namespace recordshop::web
