// SPDX-License-Identifier: Apache-2.0
#include "web/order_refusals.hpp"

#include <functional>
#include <map>

namespace recordshop::web {

// What a person can do about it; everything else is the shop's own trouble.
std::string order_refusal(const banyan::Error& error) {
  static const std::map<std::string, std::string, std::less<>> kWords = {
      {"orders.out_of_stock",
       "There are not enough copies of everything. Take some out of the basket and order again."},
      {"orders.unknown_track", "Something in your basket is no longer sold. Take it out, please."},
      {"orders.mixed_currencies",
       "Your basket mixes currencies. Order what is sold in one currency first."},
      {"orders.bad_quantity", "So many copies of one track cannot be ordered at once."},
      {"orders.payment_declined",
       "The payment was declined, so nothing was ordered and nothing is charged."},
      {"orders.customer_on_hold",
       "You cannot buy on invoice just now; your account says why. Pay by card, please."},
      {"orders.bad_payment_method", "Choose how you want to pay, please."},
      {"orders.price_changed",
       "Prices have changed since you looked, so nothing was ordered. Look at them, and order again"
       " if that is right for you."},
      {"orders.no_address", "We do not know where to send it. Tell us your address first."},
      {"orders.unknown_customer", "Your account is closed. Sign in to another one."},
      {"orders.bad_lines", "There is nothing in your basket that could be ordered."},
      {"orders.key_reused",
       "An order was placed from this page already, and this would be another one, so it was not"
       " placed. Look at your orders before you order anything else."}};
  const auto found = kWords.find(error.rule);
  if (found != kWords.end()) return found->second;
  return "Your order could not be placed just now, and nothing was charged. Your basket is as it"
         " was: try again in a moment.";
}

}  // namespace recordshop::web
