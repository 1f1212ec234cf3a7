// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/map/description.hpp"

namespace banyan::map {

/// An application with something of everything that a map can show.
inline Description small_shop() {
  const auto operation = [](std::string name, bool writes) {
    OperationInfo made;
    made.name = std::move(name);
    made.writes = writes;
    made.repeated = writes ? "by_key" : "natural";
    made.method = writes ? "POST" : "GET";
    made.path = "/" + made.name;
    return made;
  };
  Description shop{
      .name = "shop", .title = "Small shop", .version = "1", .summary = "Sells <records> & more."};

  ModuleInfo catalog{.name = "catalog", .version = "1.0", .summary = "What there is"};
  catalog.tables = {"tracks", "albums"};
  catalog.operations = {operation("get_track", false), operation("set_price", true)};
  catalog.operations[0].callers = {"orders"};
  catalog.operations[1].internal = true;
  catalog.operations[1].summary = "Sets a price | for all.";
  catalog.operations[1].precondition = "The track is there.";
  catalog.operations[1].postcondition = "Orders placed before keep the old price.";
  catalog.operations[1].rules = {"catalog.unknown_track"};
  catalog.operations[1].fields = {"track", "price"};

  ModuleInfo payments{.name = "payments", .version = "1.2", .summary = "Money"};
  payments.parties = {"payments.provider"};
  payments.operations = {operation("capture", true)};
  payments.events = {
      {.name = "payment_captured",
       .version = 2,
       .summary = "The money has been taken.",
       .key = "order",
       .fields = {"order", "amount"}},
      {.name = "payment_voided", .summary = "", .key = "order", .fields = {"order"}}};

  ModuleInfo stock{.name = "stock", .version = "1.0", .summary = "Shelves", .needs = {"catalog"}};
  stock.violations = {{"activity", "until it has a table of its own"}, {"albums", "reads a title"}};

  ModuleInfo orders{.name = "orders",
                    .version = "1.0",
                    .summary = "Orders",
                    .purpose = "An order's life.",
                    .needs = {"catalog", "stock", "payments"},
                    .follows = {"payments.payment_captured"}};
  orders.tables = {"orders"};
  orders.operations = {operation("place_order", true)};
  orders.sagas = {{.name = "place_order",
                   .version = 2,
                   .summary = "Sells an order.",
                   .deadline_seconds = 36 * 3'600,
                   .steps = {{"compensable", "stock", "reserve", "release"},
                             {"pivot", "payments", "capture", ""}}}};

  shop.modules = {catalog, payments, stock, orders};
  shop.shared_tables = {{"activity", {"orders", "stock"}}};
  return shop;
}

}  // namespace banyan::map
