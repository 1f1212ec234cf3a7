// SPDX-License-Identifier: Apache-2.0
#include "web/shop.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include "web/account.hpp"
#include "web/albums.hpp"
#include "web/assets.hpp"
#include "web/composer.hpp"
#include "web/frame.hpp"
#include "web/ordering.hpp"
#include "web/profile.hpp"

namespace recordshop::web {
namespace {

using banyan::Context;
using banyan::Effect;
using banyan::http::Request;
using banyan::http::Response;
using banyan::serving::Endpoint;

// Nobody looks at a page that takes longer; who places an order is more patient.
constexpr std::chrono::milliseconds kForReading{2'500};
constexpr std::chrono::milliseconds kForWriting{8'000};
constexpr std::chrono::seconds kSession = std::chrono::hours(12);

class Shop {
 public:
  Shop(const Ports& ports, const banyan::Environment& environment,
       const banyan::security::SecretKey& key)
      : environment_(environment),
        sessions_(key, kSession),
        modules_{{ports.catalog, environment_.clock},   {ports.customers, environment_.clock},
                 {ports.warehouse, environment_.clock}, {ports.payments, environment_.clock},
                 {ports.shipping, environment_.clock},  {ports.orders, environment_.clock}} {}

  /// `make` is called with the modules, the visit and the environment.
  template <class Make>
  Response visit(const Request& request, const Context& given, std::chrono::milliseconds budget,
                 Make make) {
    const Context context = given.within(budget, environment_.clock);
    Visit visit(request, context, environment_, sessions_);
    return make(modules_, visit, environment_);
  }

 private:
  const banyan::Environment environment_;
  const banyan::security::Sessions sessions_;
  Modules modules_;
};

class Endpoints {
 public:
  explicit Endpoints(std::shared_ptr<Shop> shop) : shop_(std::move(shop)) {}

  /// From here on: pages that mostly wait for this module, and do not keep those of another one
  /// waiting.
  void of(std::string module) { module_ = std::move(module); }

  template <class Make>
  void get(std::string name, std::string path, Make make) {
    add({.name = std::move(name), .path = std::move(path), .answer = {}}, kForReading, make);
  }
  template <class Make>
  void post(std::string name, std::string path, Make make) {
    add({.name = std::move(name),
         .method = "POST",
         .path = std::move(path),
         .effect = Effect::Write,
         .answer = {}},
        kForWriting, make);
  }
  void add(Endpoint endpoint) { all_.push_back(std::move(endpoint)); }

  template <class Make>
  void add(Endpoint endpoint, std::chrono::milliseconds budget, Make make) {
    endpoint.module = module_;
    endpoint.answer = [shop = shop_, budget, make](const Request& request, const Context& context) {
      return shop->visit(request, context, budget, make);
    };
    all_.push_back(std::move(endpoint));
  }

  std::vector<Endpoint> take() { return std::move(all_); }

 private:
  std::shared_ptr<Shop> shop_;
  std::string module_;
  std::vector<Endpoint> all_;
};

Response no_page(Modules& /*modules*/, Visit& visit) { return show_not_found(visit); }

/// What needs neither a visit nor a module: a file, a picture.
Endpoint by_target(std::string name, std::string path, Response (*make)(std::string_view)) {
  Endpoint endpoint{
      .name = std::move(name), .path = std::move(path), .at_once = true, .answer = {}};
  endpoint.answer = [make](const Request& request, const Context&) {
    return make(request.head.target);
  };
  return endpoint;
}

Response cover_at(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return album_cover(path.substr(path.rfind('/') + 1));
}

}  // namespace

std::vector<Endpoint> pages(const Ports& ports, const banyan::Environment& environment,
                            const banyan::security::SecretKey& key) {
  Endpoints all(std::make_shared<Shop>(ports, environment, key));
  const auto with_modules = [](Response (*page)(Modules&, Visit&)) {
    return [page](Modules& modules, Visit& visit, const banyan::Environment& /*environment*/) {
      return page(modules, visit);
    };
  };
  all.of("catalog");
  all.get("shop", "/", with_modules(start_page));
  all.get("shop_albums", "/shop/albums", with_modules(albums_page));
  all.get("shop_album", "/shop/albums/{id}", with_modules(album_page));
  all.get("shop_search", "/shop/search", with_modules(search_page));
  all.get("shop_basket", "/shop/basket", with_modules(basket_page));
  all.post("shop_change_basket", "/shop/basket", with_modules(change_basket));
  all.of("orders");
  all.get("shop_orders", "/shop/orders", with_modules(orders_page));
  all.post("shop_place_order", "/shop/orders", with_modules(place_order));
  all.get("shop_order", "/shop/orders/{id}", with_modules(order_page));
  all.post("shop_cancel_order", "/shop/orders/{id}/cancellation", with_modules(cancel_order));
  all.post("shop_return_order", "/shop/orders/{id}/return", with_modules(return_order));
  all.of("customers");
  all.get("shop_account", "/shop/account", account_page);
  all.post("shop_sign_in", "/shop/account", sign_in);
  all.post("shop_open_account", "/shop/accounts", open_account);
  all.post("shop_change_address", "/shop/account/address", with_modules(change_address));
  all.post("shop_change_password", "/shop/account/password", with_modules(change_password));
  all.post("shop_sign_out", "/shop/account/sign-out", with_modules(sign_out));
  all.add(by_target("shop_asset", "/shop/assets/{file}", asset));
  all.add(by_target("shop_cover", "/shop/covers/{album}", cover_at));
  all.of("");
  Endpoint nothing{.name = "shop_nothing", .path = "/shop", .below = true, .answer = {}};
  all.add(std::move(nothing), kForReading, with_modules(no_page));
  return all.take();
}

}  // namespace recordshop::web
