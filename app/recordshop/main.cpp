// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "host/application.hpp"
#include "schema.hpp"

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
  shop.shared_scripts = &recordshop::shared_scripts();
  shop.shared_tables = {{"activity", {"orders", "warehouse"}}};
  shop.crossings = recordshop::crossings();
  return banyan::host::run(argc, argv, shop);
}
