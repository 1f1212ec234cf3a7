// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/host/application.hpp"
#include "banyan/host/composition.hpp"
#include "outside/carrier.hpp"
#include "outside/payment_provider.hpp"
#include "schema.hpp"
#include "web/shop.hpp"

namespace recordshop {
std::string_view embedded_file(std::string_view name);  // generated from web/assets

namespace {

constexpr std::string_view kKeyFile = "session-key-file";

banyan::host::OwnOption key_option() {
  return {
      std::string(kKeyFile), "FILE",
      "The key that signs visitors' sessions and forms, 32 bytes, the same for all processes"
      " that serve the shop's pages. Not given: shop.key beside the control store, which is made"
      " when it is missing and right on one machine."};
}

/// Where one is named, every machine has to have that one: none is made, or each would have its
/// own.
banyan::security::SecretKey session_key(const banyan::host::OwnParts& parts) {
  using banyan::security::SecretKey;
  const auto given = parts.options.find(kKeyFile);
  if (given == parts.options.end()) {
    const auto key = SecretKey::load_or_make(parts.folder / "shop.key");
    if (!key) throw std::runtime_error(key.error().message);
    return *key;
  }
  const auto key = SecretKey::load(given->second);
  if (!key) {
    throw std::runtime_error("--session-key-file: " + key.error().message +
                             ". Make one once (head -c 32 /dev/urandom > FILE; chmod 600 FILE), and"
                             " copy it to every machine that serves the shop.");
  }
  return *key;
}

// A service has no visitors, and who reaches only some of the modules has no shop to show.
std::vector<banyan::serving::Endpoint> shop_pages(const banyan::host::Ports& ports,
                                                  const banyan::host::OwnParts& parts) {
  if (parts.internal) return {};
  auto* const catalog = ports.find<catalog::Catalog>();
  auto* const customers = ports.find<customers::Customers>();
  auto* const warehouse = ports.find<warehouse::Warehouse>();
  auto* const payments = ports.find<payments::Payments>();
  auto* const shipping = ports.find<shipping::Shipping>();
  auto* const orders = ports.find<orders::Orders>();
  if (catalog == nullptr || customers == nullptr || warehouse == nullptr || payments == nullptr ||
      shipping == nullptr || orders == nullptr) {
    return {};
  }
  return web::pages({*catalog, *customers, *warehouse, *payments, *shipping, *orders},
                    parts.environment, session_key(parts));
}

std::vector<banyan::serving::Endpoint> endpoints(const banyan::host::Ports& ports,
                                                 const banyan::host::OwnParts& own) {
  auto all = payment_endpoints(ports, own);
  std::ranges::move(carrier_endpoints(ports, own), std::back_inserter(all));
  std::ranges::move(shop_pages(ports, own), std::back_inserter(all));
  return all;
}

}  // namespace
}  // namespace recordshop

int main(int argc, char** argv) {
  banyan::host::Application shop;
  shop.name = "recordshop";
  shop.title = "Record shop";
  shop.version = "0.1.0";
  shop.description = "An online record shop: a monolith of modules, made to be taken apart.";
  shop.home_page = recordshop::embedded_file("about.html");
  shop.shared_scripts = &recordshop::shared_scripts();
  shop.shared_tables = {{"activity", {"orders", "warehouse"}}};
  shop.violations = recordshop::violations();
  shop.parties = {recordshop::carrier(), recordshop::payment_provider()};
  shop.patience = {{"payments", payments::kPatience}};
  shop.options = recordshop::payment_options();
  shop.options.push_back(recordshop::key_option());
  std::ranges::move(recordshop::carrier_options(), std::back_inserter(shop.options));
  shop.make_endpoints = recordshop::endpoints;
  return banyan::host::run(argc, argv, shop);
}
