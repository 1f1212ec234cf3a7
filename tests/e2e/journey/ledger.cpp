// SPDX-License-Identifier: Apache-2.0
#include "ledger.hpp"

#include <fmt/core.h>

#include <chrono>
#include <set>
#include <thread>

namespace journey {
namespace {

/// Its stock has left the shelf, and is not back there.
bool is_sold(const nlohmann::json& order) {
  const auto state = order.at("state");
  return state == "paid" || state == "shipped" || state == "delivered";
}

}  // namespace

Ledger::Ledger(ShopClient& shop) {
  for (const auto& stock : shop.all("/stock", "stock")) {
    on_hand_[stock.at("track")] = stock.at("on_hand");
  }
  orders_before_ = shop.all("/orders", "orders").size();
}

std::vector<std::string> Ledger::hot(std::int64_t most) const {
  std::vector<std::string> tracks;
  for (const auto& [track, count] : on_hand_) {
    if (count <= most) tracks.push_back(track);
  }
  return tracks;
}

void Ledger::settle(ShopClient& shop, const Load& load, Narrator& narrator) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::map<std::string, nlohmann::json> orders;
  std::size_t under_way = 1;
  while (under_way > 0 && std::chrono::steady_clock::now() < deadline) {
    orders.clear();
    under_way = 0;
    for (auto& order : shop.all("/orders", "orders")) {
      if (order.at("fulfilment") != "done") ++under_way;
      const std::string id = order.at("id");
      orders.emplace(id, std::move(order));
    }
    if (under_way > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(200));  // until they are
  }
  narrator.prove(under_way == 0, "no order is left half way",
                 fmt::format("{} orders", orders.size()));

  std::map<std::string, std::int64_t> sold;
  std::set<std::string> promised;
  std::size_t missing = 0;
  std::size_t unconfirmed = 0;
  const auto acknowledged = load.acknowledged();
  std::size_t given_up = 0;
  for (const auto& order : acknowledged) {
    promised.insert(order.order);
    const auto found = orders.find(order.order);
    if (found == orders.end()) {
      ++missing;
    } else if (is_sold(found->second)) {
      for (const auto& [track, quantity] : order.lines) sold[track] += quantity;
    } else if (found->second.at("state") == "cancelled") {
      ++given_up;  // accepted while the warehouse was away, and then there was none left
    } else {
      ++unconfirmed;
    }
  }
  narrator.prove(missing == 0 && unconfirmed == 0, "every acknowledged order is there",
                 fmt::format("{} acknowledged, {} missing, {} cancelled for lack of stock after a"
                             " late answer of the warehouse",
                             acknowledged.size(), missing, given_up));
  narrator.prove(promised.size() == acknowledged.size(), "no order was answered twice with two ids",
                 fmt::format("{} ids for {} orders", promised.size(), acknowledged.size()));

  std::size_t refused = 0;
  for (const auto& [id, order] : orders) {
    if (!promised.contains(id) && order.at("state") == "cancelled") ++refused;
  }
  const std::size_t expected = orders_before_ + promised.size();
  narrator.prove(
      orders.size() - refused <= expected && orders.size() - refused + given_up >= promised.size(),
      "no order came to be that nobody asked for",
      fmt::format("{} = {} imported + {} promised + {} refused for lack of stock", orders.size(),
                  orders_before_, promised.size(), orders.size() - expected));

  std::int64_t wrong = 0;
  std::int64_t negative = 0;
  std::int64_t held = 0;
  std::int64_t copies = 0;
  std::string example;
  for (const auto& stock : shop.all("/stock", "stock")) {
    const std::string track = stock.at("track");
    const std::int64_t now = stock.at("on_hand");
    const auto before = on_hand_.find(track);
    const auto gone = sold.find(track);
    const std::int64_t expected_now =
        (before == on_hand_.end() ? 0 : before->second) - (gone == sold.end() ? 0 : gone->second);
    copies += gone == sold.end() ? 0 : gone->second;
    if (now != expected_now) {
      ++wrong;
      example = fmt::format("{}: {} on hand, {} expected; ", track, now, expected_now);
    }
    if (now < 0 || stock.at("available") < 0) ++negative;
    held += stock.at("reserved").get<std::int64_t>();
  }
  narrator.prove(negative == 0, "stock was never oversold",
                 fmt::format("{} tracks below zero; {} orders were told that there is none left",
                             negative, load.total().out_of_stock));
  narrator.prove(wrong == 0 && held == 0, "stock agrees with the orders",
                 fmt::format("{}{} copies sold of {} tracks, {} shelves differ, {} copies held",
                             example, copies, sold.size(), wrong, held));
}

}  // namespace journey
