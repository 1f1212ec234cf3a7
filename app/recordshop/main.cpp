// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "host/application.hpp"

namespace shared {
const std::vector<banyan::migrations::Script>& migrations();  // generated from migrations/shared
}

namespace recordshop {
std::string_view embedded_file(std::string_view name);  // generated from web/
}

int main(int argc, char** argv) {
  banyan::host::Application shop;
  shop.name = "recordshop";
  shop.title = "Record shop";
  shop.version = "0.1.0";
  shop.description = "An online record shop: a monolith of modules, made to be taken apart.";
  shop.home_page = recordshop::embedded_file("index.html");
  shop.shared_scripts = &shared::migrations();
  shop.shared_tables = {{"activity", {"orders", "warehouse"}}};
  // What still ties the modules' tables together. Lines may go, none may come.
  shop.crossings = {
      {"warehouse", "tracks", "stock.track_id references tracks until warehouse is decoupled"},
      {"warehouse", "orders",
       "reservations.order_id references orders until warehouse is decoupled"},
      {"warehouse", "activity", "writes down stock movements in the shared table until decoupled"},
      {"orders", "tracks", "order_lines.track_id references tracks until orders is decoupled"},
      {"orders", "activity",
       "writes down what happened to orders in the shared table until decoupled"},
  };
  return banyan::host::run(argc, argv, shop);
}
