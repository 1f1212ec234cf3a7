// SPDX-License-Identifier: Apache-2.0
#include "load/rules.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

namespace recordshop::load {
namespace {

using nlohmann::json;

constexpr unsigned kNotFound = 404;

/// The state of what belongs to an order; "" for none, or when the answer is of no use.
std::string state_in(const Answer& answer) {
  return answer.good() ? answer.json().value("state", "") : "";
}

/// What somebody pays with; "" for a payment that was given up before anybody had asked for it, and
/// of a shop that does not say.
std::string method_in(const Answer& payment) {
  const json said = payment.good() ? payment.json() : json();
  return said.is_object() ? said.value("method", "") : "";
}

bool is_one_of(const std::string& state, std::initializer_list<std::string_view> states) {
  return std::ranges::find(states, state) != states.end();
}

/// "ord_1 is returned, and its payment authorised".
std::string contradiction(const json& order, std::string_view what, const Answer& answer) {
  const std::string state = state_in(answer);
  return fmt::format("{} is {}, and its {} {}", order.value("id", ""), state_of(order), what,
                     state.empty() ? answer.text() : state);
}

}  // namespace

std::string state_of(const json& order) { return order.value("state", ""); }

bool is_open(const json& order) { return order.value("fulfilment", "") != "done"; }

bool is_sold(const json& order) {
  const std::string state = state_of(order);
  return !is_open(order) && state != "cancelled" && state != "returned";
}

bool is_to_be_paid(const json& order) { return !order.value("payment_method", "").empty(); }

bool is_paid_as_asked(const AskedOrder& asked, const json& order) {
  return asked.payment_method.empty() || order.value("payment_method", "") == asked.payment_method;
}

std::map<std::string, std::int64_t> lines_of(const json& order) {
  std::map<std::string, std::int64_t> lines;
  for (const json& line : order.at("lines")) {
    lines[line.at("track")] += line.at("quantity").get<std::int64_t>();
  }
  return lines;
}

std::int64_t minor_units(const json& money) {
  return money.is_object() ? money.value("minor_units", std::int64_t{0}) : 0;
}

std::int64_t kept_of(const json& payment) {
  if (payment.value("state", "") != "captured") return 0;
  return minor_units(payment.value("amount", json())) - payment.value("refunded", std::int64_t{0});
}

std::string trouble_with_total(const json& order) {
  std::int64_t lines = 0;
  for (const json& line : order.at("lines")) {
    lines +=
        line.at("quantity").get<std::int64_t>() * minor_units(line.value("unit_price", json()));
  }
  // Half a unit and more is one. A shop of a time before taxes says nothing of a rate.
  constexpr std::int64_t kWhole = 10'000;
  const std::int64_t rate = order.value("tax_rate", std::int64_t{0});
  const std::int64_t tax = (lines * rate + kWhole / 2) / kWhole;
  const std::int64_t total = minor_units(order.value("total", json()));
  const std::int64_t said = minor_units(order.value("tax", json()));
  if (said == tax && total == lines + tax) return {};
  return fmt::format("{} costs {} and has {} of tax; its lines cost {}, and tax is {}",
                     order.value("id", ""), total, said, lines, tax);
}

std::string trouble_with_payment(const json& order, const Answer& payment) {
  const std::string state = state_in(payment);
  const std::string method = method_in(payment);
  const std::string wanted = order.value("payment_method", "");
  if (!method.empty() && method != wanted) {
    return fmt::format("{} is to be paid by {}, and its payment is by {}", order.value("id", ""),
                       wanted, method);
  }
  if (is_sold(order)) {
    const std::int64_t total = minor_units(order.value("total", json()));
    const std::int64_t kept = payment.good() ? kept_of(payment.json()) : 0;
    if (state == "captured" && kept == total) return {};
    return contradiction(order, "payment", payment) +
           fmt::format(": it costs {}, and {} is kept", total, kept);
  }
  // Who has sent it back had paid. Before that, it may never have come to a payment.
  const bool right =
      state_of(order) == "returned"
          ? state == "refunded"
          : payment.status == kNotFound || is_one_of(state, {"declined", "voided", "refunded"});
  return right ? std::string() : contradiction(order, "payment", payment);
}

std::string trouble_with_consignment(const json& order, const Answer& consignment) {
  const std::string state = state_in(consignment);
  bool right = false;
  if (is_sold(order)) {
    right = is_one_of(state, {"ordered", "booked", "in_transit", "delivered"});
  } else if (state_of(order) == "returned") {
    right = state == "returned";
  } else {
    right = consignment.status == kNotFound || state == "cancelled";
  }
  return right ? std::string() : contradiction(order, "consignment", consignment);
}

std::vector<Check> stock_agrees(const StockOfTracks& before, const StockOfTracks& now,
                                const std::vector<ToldDelivery>& deliveries, const Orders& orders) {
  Findings on_hand("deliveries less what was sold are on hand");
  Findings reserved("what is reserved is what open orders hold");
  Findings never("stock is never oversold");
  std::map<std::string, std::int64_t> delivered;
  std::map<std::string, std::int64_t> sold;
  std::map<std::string, std::int64_t> held;
  std::set<std::string> tracks;
  std::int64_t copies_delivered = 0;
  std::int64_t copies_sold = 0;
  std::int64_t holding = 0;
  for (const ToldDelivery& each : deliveries) {
    if (!each.acknowledged) continue;
    delivered[each.track] += each.quantity;
    copies_delivered += each.quantity;
    tracks.insert(each.track);
  }
  for (const auto& [id, order] : orders) {
    for (const auto& [track, quantity] : lines_of(order)) {
      if (is_sold(order)) {
        sold[track] += quantity;
        copies_sold += quantity;
      } else if (is_open(order)) {
        held[track] += quantity;
      }
    }
  }
  for (const auto& [track, row] : before) tracks.insert(track);
  for (const auto& [track, row] : now) tracks.insert(track);
  for (const std::string& track : tracks) {
    const auto found = now.find(track);
    if (found == now.end()) {
      on_hand.against(
          fmt::format("{} has no stock any more, {} were delivered", track, delivered[track]));
      continue;
    }
    const StockRow& row = found->second;
    const auto known = before.find(track);
    const StockRow was = known == before.end() ? StockRow{} : known->second;
    const std::int64_t expected = was.on_hand + delivered[track] - sold[track];
    // An order that is still open may have been taken off the shelf already, or not yet.
    if (row.on_hand > expected || row.on_hand < expected - held[track]) {
      on_hand.against(fmt::format("{}: {} on hand, {} + {} delivered - {} sold = {} expected",
                                  track, row.on_hand, was.on_hand, delivered[track], sold[track],
                                  expected));
    }
    if (row.reserved < was.reserved || row.reserved > was.reserved + held[track]) {
      reserved.against(fmt::format("{}: {} reserved, {} held by open orders", track, row.reserved,
                                   was.reserved + held[track]));
    }
    holding += row.reserved;
    if (row.on_hand < 0 || row.available < 0 || row.available != row.on_hand - row.reserved) {
      never.against(fmt::format("{}: {} on hand, {} reserved, {} available", track, row.on_hand,
                                row.reserved, row.available));
    }
  }
  return {std::move(on_hand).check(fmt::format("{} tracks, {} copies delivered, {} sold",
                                               now.size(), copies_delivered, copies_sold)),
          std::move(reserved).check(fmt::format("{} copies reserved", holding)),
          std::move(never).check(fmt::format("{} tracks", now.size()))};
}

}  // namespace recordshop::load
