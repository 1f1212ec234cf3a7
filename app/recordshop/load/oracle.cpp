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

/// A claim, and the first few cases against it.
class Findings {
 public:
  explicit Findings(std::string claim) : claim_(std::move(claim)) {}
  void against(const std::string& what) {
    if (++count_ <= 3) examples_ += (examples_.empty() ? "" : "; ") + what;
  }
  Check check(const std::string& evidence) && {
    if (count_ == 0) return {std::move(claim_), true, evidence};
    return {std::move(claim_), false,
            fmt::format("{}: {} do not: {}", evidence, count_, examples_)};
  }

 private:
  std::string claim_;
  std::string examples_;
  std::size_t count_ = 0;
};

std::string state_of(const json& order) { return order.value("state", ""); }

bool is_open(const json& order) { return order.value("fulfilment", "") != "done"; }

/// Whether its copies have left the shelf for good.
bool is_sold(const json& order) {
  const std::string state = state_of(order);
  return !is_open(order) && state != "cancelled" && state != "returned";
}

std::map<std::string, std::int64_t> lines_of(const json& order) {
  std::map<std::string, std::int64_t> lines;
  for (const json& line : order.at("lines"))
    lines[line.at("track")] += line.at("quantity").get<std::int64_t>();
  return lines;
}

/// Orders of a shop, or of a time, without payments have none.
bool is_to_be_paid(const json& order) { return !order.value("payment_method", "").empty(); }

std::int64_t minor_units(const json& money) {
  return money.is_object() ? money.value("minor_units", std::int64_t{0}) : 0;
}

}  // namespace

bool is_same_order(const std::string& id, const json& order, const Answer& answer) {
  const json said = answer.json();
  if (!said.is_object()) return false;
  if (answer.good()) return said.value("id", "") == id;
  const bool is_refused = answer.status == 409 || answer.status == 412 || answer.status == 422;
  return is_refused && order.is_object() && state_of(order) == "cancelled" &&
         said.value("detail", "").find(id) != std::string::npos;
}

bool Verdict::holds() const { return std::ranges::all_of(checks, &Check::holds); }

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

std::map<std::string, Oracle::StockRow> Oracle::stock() {
  std::map<std::string, StockRow> rows;
  for (const json& row : shop_.all("/stock", "stock", patience_)) {
    rows[row.at("track")] = {row.at("on_hand"), row.at("reserved"), row.at("available")};
  }
  return rows;
}

Oracle::Orders Oracle::settled_orders(const std::set<std::string>& known, bool with_lines) {
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
      return shop_.post("/orders", ShopApi::order_of(each.customer, each.lines), each.key,
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
  for (Check& each : stock_agrees(ledger, orders)) add(std::move(each));
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
      return shop_.post("/orders", ShopApi::order_of(each.customer, each.lines), each.key,
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
    std::int64_t lines = 0;
    for (const json& line : order.at("lines")) {
      lines +=
          line.at("quantity").get<std::int64_t>() * minor_units(line.value("unit_price", json()));
    }
    const std::int64_t total = minor_units(order.value("total", json()));
    all += total;
    // Prices may have tax on top, which is rounded once for an order.
    const std::int64_t tax = minor_units(order.value("tax", json()));
    if (total != lines && total != lines + tax) {
      findings.against(fmt::format("{} costs {}, its lines {} and tax {}", id, total, lines, tax));
    }
  }
  return std::move(findings).check(fmt::format("{} minor units in all", all));
}

std::vector<Check> Oracle::stock_agrees(Ledger& ledger, const Orders& orders) {
  Findings on_hand("deliveries less what was sold are on hand");
  Findings reserved("what is reserved is what open orders hold");
  Findings never("stock is never oversold");
  std::map<std::string, std::int64_t> delivered;
  std::map<std::string, std::int64_t> sold;
  std::map<std::string, std::int64_t> held;
  std::int64_t copies_delivered = 0;
  std::int64_t copies_sold = 0;
  for (const ToldDelivery& each : ledger.deliveries()) {
    if (!each.acknowledged) continue;
    delivered[each.track] += each.quantity;
    copies_delivered += each.quantity;
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
  const auto now = stock();
  std::int64_t holding = 0;
  for (const auto& [track, row] : now) {
    const StockRow before = stock_before_.contains(track) ? stock_before_.at(track) : StockRow{};
    const std::int64_t expected = before.on_hand + delivered[track] - sold[track];
    // An order that is still open may have been taken off the shelf already, or not yet.
    if (row.on_hand > expected || row.on_hand < expected - held[track]) {
      on_hand.against(fmt::format("{}: {} on hand, {} + {} delivered - {} sold = {} expected",
                                  track, row.on_hand, before.on_hand, delivered[track], sold[track],
                                  expected));
    }
    if (row.reserved < before.reserved || row.reserved > before.reserved + held[track]) {
      reserved.against(fmt::format("{}: {} reserved, {} held by open orders", track, row.reserved,
                                   before.reserved + held[track]));
    }
    holding += row.reserved;
    if (row.on_hand < 0 || row.available < 0 || row.available != row.on_hand - row.reserved) {
      never.against(fmt::format("{}: {} on hand, {} reserved, {} available", track, row.on_hand,
                                row.reserved, row.available));
    }
  }
  for (const auto& [track, row] : stock_before_) {
    if (!now.contains(track)) on_hand.against(track + " has no stock any more");
  }
  return {std::move(on_hand).check(fmt::format("{} tracks, {} copies delivered, {} sold",
                                               now.size(), copies_delivered, copies_sold)),
          std::move(reserved).check(fmt::format("{} copies reserved", holding)),
          std::move(never).check(fmt::format("{} tracks", now.size()))};
}

Check Oracle::money_agrees(const Orders& orders) {
  Findings findings("an order that is sold is paid, once and to the unit; one that is not, is not");
  std::int64_t taken = 0;
  std::size_t paid = 0;
  for (const auto& [id, order] : orders) {
    if (is_open(order) || !is_to_be_paid(order)) continue;
    const Answer answer = insist_on([&, &id = id] { return shop_.get("/payments/" + id); });
    const json payment = answer.good() ? answer.json() : json::object();
    const std::string state = payment.value("state", "");
    const std::int64_t amount = minor_units(payment.value("amount", json()));
    const std::int64_t total = minor_units(order.value("total", json()));
    const std::int64_t kept =
        state == "captured" ? amount - payment.value("refunded", std::int64_t{0}) : 0;
    const std::int64_t expected = is_sold(order) ? total : 0;
    taken += kept;
    if (kept > 0) ++paid;
    if (kept != expected) {
      findings.against(fmt::format("{} is {}, costs {}, and {} is kept ({})", id, state_of(order),
                                   total, kept, state.empty() ? answer.text() : state));
    }
  }
  return std::move(findings).check(fmt::format("{} payments kept, {} minor units", paid, taken));
}

Check Oracle::consignments_agree(const Orders& orders) {
  Findings findings("an order that is sold has a consignment; one that is not, has none");
  std::size_t found = 0;
  // A consignment begins when shipping hears of the payment: soon.
  const auto until = std::chrono::steady_clock::now() + patience_;
  for (const auto& [id, order] : orders) {
    if (is_open(order) || !is_to_be_paid(order)) continue;
    while (true) {
      const Answer answer = insist_on([&, &id = id] { return shop_.get("/consignments/" + id); });
      const std::string state = answer.good() ? answer.json().value("state", "") : "";
      const bool there = !state.empty() && state != "cancelled";
      const bool right = there == is_sold(order) || state_of(order) == "returned";
      if (!right && is_sold(order) && std::chrono::steady_clock::now() < until) {
        tell_("waiting for the consignment of " + id);
        std::this_thread::sleep_for(milliseconds(100));
        continue;
      }
      if (there) ++found;
      if (!right) {
        findings.against(fmt::format("{} is {}, its consignment {}", id, state_of(order),
                                     state.empty() ? answer.text() : state));
      }
      break;
    }
  }
  return std::move(findings).check(fmt::format("{} consignments", found));
}

}  // namespace recordshop::load
