// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/binding/port_binding.hpp"
#include "banyan/kernel/bindings.hpp"
#include "browser.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/sample_shop.hpp"
#include "contract/worlds.hpp"
#include "web/shop.hpp"

namespace recordshop::web {

/// The service of a module that is down.
class Down final : public banyan::binding::RpcTransport {
 public:
  banyan::Result<banyan::http::Response> exchange(banyan::http::Request /*request*/,
                                                  const banyan::Context& /*context*/,
                                                  banyan::binding::Repeat /*repeat*/) override {
    return banyan::fail(banyan::ErrorCode::Unavailable, "banyan.no_answer", "nobody is there");
  }
};

/// A service that knows nothing of what it is asked for.
class Unknowing final : public banyan::binding::RpcTransport {
 public:
  banyan::Result<banyan::http::Response> exchange(banyan::http::Request /*request*/,
                                                  const banyan::Context& /*context*/,
                                                  banyan::binding::Repeat /*repeat*/) override {
    return banyan::fail(banyan::ErrorCode::NotFound, "shipping.unknown_consignment", "unknown");
  }
};

template <class P, class Transport = Down>
std::unique_ptr<P> down() {
  static Transport transport;
  return banyan::binding::PortBinding<P>::remote(transport, banyan::no_observer(), "remote",
                                                 banyan::system_clock());
}

/// For Chain: hands calls on to orders. The first order is placed, or given up, and the answer is
/// lost.
class LosesAnAnswer {
 public:
  explicit LosesAnAnswer(orders::Orders& orders) : orders_(&orders) {}

  template <class P, class Op>
  banyan::Result<typename Op::Response> call(const Op& operation, const banyan::Context& context) {
    auto answer = orders_->handle(operation, context);
    if constexpr (std::same_as<Op, orders::PlaceOrder> || std::same_as<Op, orders::CancelOrder>) {
      if (answer && !std::exchange(lost_, true)) {
        return banyan::fail(banyan::ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded",
                            "no answer in time");
      }
    }
    return answer;
  }

 private:
  orders::Orders* orders_;
  bool lost_ = false;
};
using OrdersThatLoseAnAnswer = banyan::Chain<orders::Orders, LosesAnAnswer>;

class Pages : public testing::Test {
 protected:
  Browser& browser() {
    if (!browser_) {
      browser_.emplace(another());
    }
    return *browser_;
  }
  /// One that keeps no cookies of the other, in the shop as it is now.
  Browser another() { return Browser(endpoints()); }
  std::vector<banyan::serving::Endpoint> endpoints() {
    return pages({*catalog_, *customers_, *warehouse_, *payments_, *shipping_, *orders_},
                 banyan::contract::real_environment(), key_);
  }
  std::string get(const std::string& target) { return browser().get(target).body; }
  std::string album() const {
    return "/shop/albums/" + banyan::contract::sample_shop().albums[0].id.str();
  }

  static void open_account(Browser& browser, const std::string& name) {
    browser.get("/shop/account");
    browser.post("/shop/accounts", "name=" + name + "&email=" + name +
                                       "@example.org&password=records+and+more&street=Road+1"
                                       "&postal_code=12345&city=Town&country=DE&back=/&key=" +
                                       browser.hidden("key"));
  }
  void sign_in() { open_account(browser(), "Zoe"); }
  /// As the page that was shown last sends it.
  static std::string order_form(const Browser& browser, const std::string& method = "card") {
    return "key=" + browser.hidden("key") + "&method=" + method + browser.hidden_fields("seen-");
  }
  std::size_t count_orders() {
    return orders_world_->port()
        .handle(orders::ListOrders{}, banyan::contract::any_context())
        .value()
        .orders.size();
  }
  void put_into_basket(std::size_t track, int copies = 1) {
    get("/shop/account");
    browser().post("/shop/basket", "track=" + banyan::contract::sample_shop().track(track).str() +
                                       "&copies=%2B" + std::to_string(copies) +
                                       "&back=/shop/basket");
  }

  std::unique_ptr<banyan::contract::PortWorld<catalog::Catalog>> catalog_world_ =
      banyan::contract::catalog_in_memory().make();
  std::unique_ptr<banyan::contract::PortWorld<warehouse::Warehouse>> warehouse_world_ =
      banyan::contract::warehouse_in_memory().make();
  std::unique_ptr<banyan::contract::PortWorld<customers::Customers>> customers_world_ =
      banyan::contract::customers_in_memory().make();
  std::unique_ptr<banyan::contract::PortWorld<payments::Payments>> payments_world_ =
      banyan::contract::payments_in_memory().make();
  std::unique_ptr<banyan::contract::PortWorld<orders::Orders>> orders_world_ =
      banyan::contract::orders_in_memory().make();
  std::unique_ptr<catalog::Catalog> no_catalog_ = down<catalog::Catalog>();
  std::unique_ptr<warehouse::Warehouse> no_warehouse_ = down<warehouse::Warehouse>();
  std::unique_ptr<shipping::Shipping> no_parcels_ = down<shipping::Shipping, Unknowing>();
  std::unique_ptr<customers::Customers> no_customers_ = down<customers::Customers>();
  std::unique_ptr<payments::Payments> no_payments_ = down<payments::Payments>();
  std::unique_ptr<shipping::Shipping> no_shipping_ = down<shipping::Shipping>();
  std::unique_ptr<orders::Orders> no_orders_ = down<orders::Orders>();
  catalog::Catalog* catalog_ = &catalog_world_->port();
  warehouse::Warehouse* warehouse_ = &warehouse_world_->port();
  orders::Orders* orders_ = &orders_world_->port();
  customers::Customers* customers_ = &customers_world_->port();
  payments::Payments* payments_ = &payments_world_->port();
  shipping::Shipping* shipping_ = no_parcels_.get();
  const banyan::security::SecretKey key_ = banyan::security::SecretKey::make();

 private:
  std::optional<Browser> browser_;
};

}  // namespace recordshop::web
