// SPDX-License-Identifier: Apache-2.0
#include "load/oracle.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace recordshop::load {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

}  // namespace

bool is_same_order(const std::string& id, const json& order, const Answer& answer) {
  const json said = answer.json();
  if (!said.is_object()) return false;
  if (answer.good()) return said.value("id", "") == id;
  const bool is_refused = answer.status == 409 || answer.status == 412 || answer.status == 422;
  return is_refused && order.is_object() && state_of(order) == "cancelled" &&
         said.value("detail", "").find(id) != std::string::npos;
}

Oracle::Oracle(ShopApi& shop, milliseconds patience, std::function<void(const std::string&)> tell)
    : shop_(shop), patience_(patience), tell_(std::move(tell)) {
  for (const auto& [id, order] : settled_orders({}, false)) orders_before_.insert(id);
  stock_before_ = stock();
}

Answer Oracle::insist_on(const std::function<Answer()>& ask) {
  std::uint64_t repetitions = 0;
  Answer answer = insist(ask, patience_, repetitions);
  if (answer.worth_a_retry()) throw NoAnswer("the shop does not answer: " + answer.text());
  return answer;
}

StockOfTracks Oracle::stock() {
  StockOfTracks rows;
  for (const json& row : shop_.all("/stock", "stock", patience_)) {
    rows[row.at("track")] = {row.at("on_hand"), row.at("reserved"), row.at("available")};
  }
  return rows;
}

Orders Oracle::settled_orders(const std::set<std::string>& known, bool with_lines) {
  Orders orders;
  std::set<std::string> open;
  for (const json& summary : shop_.all("/orders", "orders", patience_)) {
    const std::string id = summary.at("id");
    if (known.contains(id)) continue;
    if (!with_lines && !is_open(summary)) {
      orders.emplace(id, summary);
    } else {
      open.insert(id);
    }
  }
  const auto until = std::chrono::steady_clock::now() + patience_;
  while (true) {
    for (auto each = open.begin(); each != open.end();) {
      const Answer answer = insist_on([&] { return shop_.get("/orders/" + *each); });
      if (!answer.good()) throw NoAnswer("GET /orders/" + *each + ": " + answer.text());
      orders[*each] = answer.json();
      each = is_open(orders[*each]) ? std::next(each) : open.erase(each);
    }
    const bool waited_enough = std::chrono::steady_clock::now() > until;
    const bool all_stuck = std::ranges::all_of(
        open, [&](const auto& id) { return orders[id].value("fulfilment", "") == "stuck"; });
    if (waited_enough || all_stuck) return orders;
    tell_(fmt::format("waiting for {} orders that are under way", open.size()));
    std::this_thread::sleep_for(milliseconds(200));
  }
}

void Oracle::resolve(Ledger& ledger) {
  for (AskedOrder& each : ledger.orders()) {
    if (!each.unknown_outcome()) continue;
    const Answer answer = insist_on([&] {
      return shop_.post("/orders",
                        ShopApi::order_of(each.customer, each.lines, each.payment_method), each.key,
                        each.customer);
    });
    if (answer.good()) {
      each.id = answer.json().value("id", "");
    } else {
      each.refused = answer.text();
    }
  }
  for (ToldDelivery& each : ledger.deliveries()) {
    if (each.acknowledged || each.refused) continue;
    const Answer answer = insist_on([&] {
      return shop_.post("/stock/" + each.track + "/deliveries", {{"quantity", each.quantity}},
                        each.key);
    });
    (answer.good() ? each.acknowledged : each.refused) = true;
  }
}

Verdict Oracle::judge(Ledger& ledger) {
  tell_("asking again for what got no answer");
  resolve(ledger);
  const Orders orders = settled_orders(orders_before_, true);
  tell_(fmt::format("comparing {} orders with what was promised", orders.size()));
  Verdict verdict;
  const auto add = [&](Check check) { verdict.checks.push_back(std::move(check)); };
  add(acknowledged_orders_are_there(ledger, orders));
  add(keys_have_one_answer(ledger, orders));
  add(nothing_came_unasked(ledger, orders));
  add(orders_take_legal_steps(ledger, orders));
  add(nothing_is_left_half_way(orders));
  add(totals_add_up(orders));
  for (Check& each : stock_agrees(stock_before_, stock(), ledger.deliveries(), orders)) {
    add(std::move(each));
  }
  if (shop_.has("/payments/{order}", patience_)) add(money_agrees(orders));
  if (shop_.has("/consignments/{order}", patience_)) add(consignments_agree(orders));
  return verdict;
}

Check Oracle::acknowledged_orders_are_there(Ledger& ledger, const Orders& orders) {
  Findings findings("every acknowledged order is there, as it was asked for");
  std::size_t acknowledged = 0;
  for (const AskedOrder& each : ledger.orders()) {
    if (each.id.empty()) continue;
    ++acknowledged;
    const auto found = orders.find(each.id);
    std::map<std::string, std::int64_t> asked;
    for (const auto& [track, quantity] : each.lines) asked[track] += quantity;
    if (found == orders.end()) {
      findings.against(each.id + " is gone");
    } else if (found->second.value("customer", "") != each.customer) {
      findings.against(each.id + " has another customer");
    } else if (lines_of(found->second) != asked) {
      findings.against(each.id + " has other lines");
    } else if (!is_paid_as_asked(each, found->second)) {
      findings.against(fmt::format("{} is to be paid by {}, and was ordered by {}", each.id,
                                   found->second.value("payment_method", ""), each.payment_method));
    }
  }
  return std::move(findings).check(fmt::format("{} acknowledged", acknowledged));
}

Check Oracle::keys_have_one_answer(Ledger& ledger, const Orders& orders) {
  constexpr std::size_t kMost = 200;  // evenly out of all
  Findings findings("asked for again under its key, an order is the same one");
  std::map<std::string, std::string> key_of;
  std::vector<const AskedOrder*> acknowledged;
  for (const AskedOrder& each : ledger.orders()) {
    if (each.id.empty()) continue;
    acknowledged.push_back(&each);
    const auto [other, first] = key_of.try_emplace(each.id, each.key);
    if (!first)
      findings.against(each.id + " answers the keys " + other->second + " and " + each.key);
  }
  const std::size_t step = std::max<std::size_t>(1, acknowledged.size() / kMost);
  std::size_t asked = 0;
  for (std::size_t i = 0; i < acknowledged.size(); i += step, ++asked) {
    const AskedOrder& each = *acknowledged[i];
    const Answer answer = insist_on([&] {
      return shop_.post("/orders",
                        ShopApi::order_of(each.customer, each.lines, each.payment_method), each.key,
                        each.customer);
    });
    const auto found = orders.find(each.id);
    if (!is_same_order(each.id, found == orders.end() ? json() : found->second, answer)) {
      findings.against(each.id + ", asked for again under " + each.key + ": " + answer.text());
    }
  }
  return std::move(findings).check(fmt::format("{} asked for again", asked));
}

Check Oracle::nothing_came_unasked(Ledger& ledger, const Orders& orders) {
  Findings findings("no order came to be that nobody asked for");
  std::set<std::string> promised;
  std::size_t refused = 0;
  for (const AskedOrder& each : ledger.orders()) {
    if (each.id.empty()) {
      ++refused;
    } else {
      promised.insert(each.id);
    }
  }
  // An order that is refused for lack of stock may be remembered, as a cancelled one.
  std::size_t remembered = 0;
  for (const auto& [id, order] : orders) {
    if (promised.contains(id)) continue;
    if (state_of(order) != "cancelled") {
      findings.against(id + " is " + state_of(order));
    } else if (++remembered > refused) {
      findings.against(id + " is cancelled");
    }
  }
  return std::move(findings).check(fmt::format("{} new orders = {} promised + {} refused",
                                               orders.size(), promised.size(), remembered));
}

Check Oracle::orders_take_legal_steps(Ledger& ledger, const Orders& orders) {
  for (const auto& [id, order] : orders) ledger.seen(id, state_of(order));
  Findings findings("orders take only steps that there are");
  for (const std::string& each : ledger.contradictions()) findings.against(each);
  return std::move(findings).check(fmt::format("{} orders watched", orders.size()));
}

Check Oracle::nothing_is_left_half_way(const Orders& orders) {
  Findings findings("no order is left half way");
  std::map<std::string, std::size_t> states;
  for (const auto& [id, order] : orders) {
    ++states[state_of(order)];
    if (is_open(order)) {
      findings.against(fmt::format("{} is {}, {}: {}", id, state_of(order),
                                   order.value("fulfilment", ""), order.value("problem", "")));
    }
  }
  std::string text;
  for (const auto& [state, count] : states) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
  }
  return std::move(findings).check(text.empty() ? "no order" : text);
}

Check Oracle::totals_add_up(const Orders& orders) {
  Findings findings("an order costs what its lines cost");
  std::int64_t all = 0;
  for (const auto& [id, order] : orders) {
    all += minor_units(order.value("total", json()));
    if (const std::string trouble = trouble_with_total(order); !trouble.empty()) {
      findings.against(trouble);
    }
  }
  return std::move(findings).check(fmt::format("{} minor units in all", all));
}

Check Oracle::money_agrees(const Orders& orders) {
  Findings findings(
      "an order that is sold is paid, once and to the unit; of one that is not, nothing is held");
  std::int64_t taken = 0;
  std::size_t paid = 0;
  for (const auto& [id, order] : orders) {
    if (is_open(order) || !is_to_be_paid(order)) continue;
    const Answer answer = insist_on([&, &id = id] { return shop_.get("/payments/" + id); });
    const std::int64_t kept = answer.good() ? kept_of(answer.json()) : 0;
    taken += kept;
    if (kept > 0) ++paid;
    if (const std::string trouble = trouble_with_payment(order, answer); !trouble.empty()) {
      findings.against(trouble);
    }
  }
  return std::move(findings).check(fmt::format("{} payments kept, {} minor units", paid, taken));
}

Check Oracle::consignments_agree(const Orders& orders) {
  Findings findings(
      "an order that is sold has a consignment; one that is not, has none, or has it back");
  std::size_t sent = 0;
  // A consignment begins when shipping hears of the payment: soon.
  const auto until = std::chrono::steady_clock::now() + patience_;
  for (const auto& [id, order] : orders) {
    if (is_open(order) || !is_to_be_paid(order)) continue;
    const auto trouble_now = [&, &id = id, &order = order] {
      return trouble_with_consignment(order,
                                      insist_on([&] { return shop_.get("/consignments/" + id); }));
    };
    std::string trouble = trouble_now();
    while (!trouble.empty() && is_sold(order) && std::chrono::steady_clock::now() < until) {
      tell_("waiting for the consignment of " + id);
      std::this_thread::sleep_for(milliseconds(100));
      trouble = trouble_now();
    }
    if (!trouble.empty()) {
      findings.against(trouble);
    } else if (is_sold(order)) {
      ++sent;
    }
  }
  return std::move(findings).check(fmt::format("{} consignments", sent));
}

}  // namespace recordshop::load
