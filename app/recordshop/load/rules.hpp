// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "load/ledger.hpp"
#include "load/shop_api.hpp"
#include "load/verdict.hpp"

/// What must be true of an order and of what belongs to it, whatever has happened on the way. Told
/// by what the shop answers, asked of nobody.
namespace recordshop::load {

std::string state_of(const nlohmann::json& order);
/// Something is still to be done, by somebody.
bool is_open(const nlohmann::json& order);
/// Its copies have left the shelf for good.
bool is_sold(const nlohmann::json& order);
/// Orders of a shop, or of a time, without payments have none.
bool is_to_be_paid(const nlohmann::json& order);
/// The order has the method of payment that it was asked for with. True where none was said.
bool is_paid_as_asked(const AskedOrder& asked, const nlohmann::json& order);
/// How many of each track.
std::map<std::string, std::int64_t> lines_of(const nlohmann::json& order);
/// Of an amount of money; 0 for none.
std::int64_t minor_units(const nlohmann::json& money);
/// What the shop has of a payment, less what it has given back.
std::int64_t kept_of(const nlohmann::json& payment);

// What is wrong, in words that begin with the order's id; "" when nothing is. The order has come to
// its end, and the answer is that of GET /payments/{order} or GET /consignments/{order}.
std::string trouble_with_total(const nlohmann::json& order);
std::string trouble_with_payment(const nlohmann::json& order, const Answer& payment);
std::string trouble_with_consignment(const nlohmann::json& order, const Answer& consignment);

struct StockRow {
  std::int64_t on_hand = 0;
  std::int64_t reserved = 0;
  std::int64_t available = 0;
};
using StockOfTracks = std::map<std::string, StockRow>;  ///< by track
using Orders = std::map<std::string, nlohmann::json>;   ///< by id
/// All three claims about stock, of every track that was there, is there, or was delivered.
std::vector<Check> stock_agrees(const StockOfTracks& before, const StockOfTracks& now,
                                const std::vector<ToldDelivery>& deliveries, const Orders& orders);

}  // namespace recordshop::load
