// SPDX-License-Identifier: Apache-2.0
#include "web/order_progress.hpp"

#include <algorithm>
#include <array>
#include <boost/describe/enum_to_string.hpp>
#include <string_view>

#include "orders/http.hpp"

namespace recordshop::web {
namespace {

template <class Enum>
std::string name_of(Enum value) {
  return boost::describe::enum_to_string(value, "?");
}

// How the states follow each other on their way to the customer.
struct State {
  std::string_view name, label, sentence;
};
constexpr std::array<State, 5> kWay{
    {{"Placed", "Placed", "We have your order, and are setting the records aside."},
     {"Reserved", "Set aside", "Your records are set aside for you."},
     {"Paid", "Paid", "Your order is paid, and will be on its way soon."},
     {"Shipped", "On its way", "Your parcel is on its way."},
     {"Delivered", "Delivered", "Your parcel has been delivered."}}};

}  // namespace

std::string label_of(orders::OrderState state) {
  std::string name = name_of(state);
  for (const State& each : kWay) {
    if (each.name == name) return std::string(each.label);
  }
  return name;
}

Html progress(const orders::OrderDetails& order) {
  const std::string state = name_of(order.state);
  const auto now = std::ranges::find(kWay, state, &State::name);
  if (now == kWay.end()) return {};
  Html steps;
  for (auto each = kWay.begin(); each != kWay.end(); ++each) {
    const std::string_view how = each < now ? "done" : each == now ? "now" : "ahead";
    if (each == now) {
      steps += tag("li", {{"class", how}, {"aria-current", "step"}}, each->label);
    } else {
      steps += tag("li", {{"class", how}}, each->label,
                   tag("span", {{"class", "hidden"}}, each < now ? " (done)" : " (to come)"));
    }
  }
  return tag("ol", {{"class", "progress"}, {"role", "list"}}, steps) +
         tag("p", {{"class", "sentence"}}, now->sentence);
}

Html what_happened(const orders::OrderDetails& order) {
  using orders::Fulfilment;
  Html text;
  if (order.state == orders::OrderState::Cancelled) {
    using orders::CancelReason;
    const CancelReason reason = order.cancel_reason.value_or(CancelReason::Refused);
    std::string_view why = "This order could not be carried out, so it is given up.";
    if (reason == CancelReason::ByCustomer) why = "You have given this order up.";
    if (reason == CancelReason::OutOfStock) {
      why = "There were not enough copies, so this order is given up.";
    }
    if (reason == CancelReason::PaymentDeclined) {
      why = "The payment was declined, so this order is given up.";
    }
    text += tag("p", {{"class", "sentence"}}, why, " You pay nothing for it.");
  } else if (order.state == orders::OrderState::Returned) {
    text += tag("p", {{"class", "sentence"}},
                "You have sent this order back, and have your money back.");
  } else if (order.fulfilment == Fulfilment::Returning) {
    text += tag("p", {{"class", "sentence"}},
                "You are sending this order back; the money follows when it is here.");
  } else if (order.fulfilment == Fulfilment::Cancelling) {
    text += tag("p", {{"class", "sentence"}},
                "You want to give this order up; we are putting the records back.");
  } else if (order.fulfilment == Fulfilment::Stuck) {
    text += tag("p", {{"class", "sentence"}},
                "Something is in the way of your order, and somebody is looking after it. You need"
                " not do anything.");
  } else if (order.fulfilment == Fulfilment::InProgress && order.problem) {
    text += tag("p", {{"class", "sentence"}}, "It takes longer than usual; we go on by ourselves.");
  }
  return text;
}

// A parcel moves on as well, without anybody of the shop.
bool is_moving(const orders::OrderDetails& order) {
  return orders::is_under_way(order) || order.state == orders::OrderState::Paid ||
         order.state == orders::OrderState::Shipped;
}

bool may_be_cancelled(const orders::OrderDetails& order) {
  return orders::can_be_cancelled(order) && order.fulfilment != orders::Fulfilment::Cancelling;
}

}  // namespace recordshop::web
