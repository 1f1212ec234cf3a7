// SPDX-License-Identifier: Apache-2.0
// How people order.
#include <gmock/gmock.h>

#include <set>
#include <string>

#include "shop_pages.hpp"

namespace recordshop::web {
namespace {

using banyan::contract::sample_shop;
using testing::HasSubstr;
using testing::Not;

/// For Chain: hands calls on to orders, and says that the carrier has every order.
class SaysShipped {
 public:
  explicit SaysShipped(orders::Orders& orders) : orders_(&orders) {}

  template <class P, class Op>
  banyan::Result<typename Op::Response> call(const Op& operation, const banyan::Context& context) {
    auto answer = orders_->handle(operation, context);
    if constexpr (std::same_as<Op, orders::GetOrder>) {
      if (answer) answer->state = orders::OrderState::Shipped;
    }
    return answer;
  }

 private:
  orders::Orders* orders_;
};
using ShippedOrders = banyan::Chain<orders::Orders, SaysShipped>;

/// For Chain: shipping whose parcels have all left, and some of them have come back.
class SaysInTransit {
 public:
  explicit SaysInTransit(std::optional<banyan::Timestamp> brought_back_at)
      : brought_back_at_(brought_back_at) {}

  template <class P, class Op>
  banyan::Result<typename Op::Response> call(const Op& operation,
                                             const banyan::Context& /*context*/) {
    if constexpr (std::same_as<Op, shipping::GetConsignment>) {
      shipping::ConsignmentDetails parcel;
      parcel.order = operation.order;
      parcel.state = shipping::ConsignmentState::InTransit;
      parcel.brought_back_at = brought_back_at_;
      return parcel;
    } else {
      return banyan::fail(banyan::ErrorCode::Internal, "test.not_expected", "nobody asks for this");
    }
  }

 private:
  std::optional<banyan::Timestamp> brought_back_at_;
};
using ParcelsInTransit = banyan::Chain<shipping::Shipping, SaysInTransit>;

TEST_F(Pages, PlaceAnOrderOnceHoweverOftenItsFormIsSent) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty, 2);
  get("/shop/basket");
  const std::string form = order_form(browser());
  const std::string page = browser().post("/shop/orders", form).body;
  const std::string order = browser().at();
  EXPECT_THAT(page, HasSubstr("Thank you. Your order is placed."));
  EXPECT_THAT(page, HasSubstr("River Song"));
  EXPECT_THAT(page, HasSubstr("€\u00A01.98"));
  EXPECT_THAT(get("/shop/basket"), HasSubstr("It is empty."));
  EXPECT_THAT(get("/shop/orders"), HasSubstr(order));

  put_into_basket(banyan::contract::kPlenty, 2);
  browser().post("/shop/orders", form);
  EXPECT_EQ(browser().at(), order) << "as a browser does whose first answer was lost";
}

TEST_F(Pages, SayWhatStandsInTheWayOfAnOrder) {
  sign_in();
  put_into_basket(banyan::contract::kFive, 6);
  get("/shop/basket");
  const auto refused = browser().post("/shop/orders", order_form(browser()));
  EXPECT_EQ(refused.head.status, 409U);
  EXPECT_THAT(refused.body, HasSubstr("There are not enough copies"));
  EXPECT_THAT(refused.body, HasSubstr("Crossing the Meadow"));

  orders_ = no_orders_.get();
  Browser without = another();
  open_account(without, "Ada");
  without.get(album());
  without.post("/shop/basket", "track=" + sample_shop().track(banyan::contract::kPlenty).str() +
                                   "&copies=%2B1&back=/shop/basket");
  const std::string key = without.hidden("key");
  const auto later = without.post("/shop/orders", order_form(without));
  EXPECT_EQ(later.head.status, 503U);
  EXPECT_THAT(later.body, HasSubstr("Your basket is as it was"));
  EXPECT_EQ(without.hidden("key"), key) << "a second try must not be a second order";
  EXPECT_EQ(without.get("/shop/orders").head.status, 503U);
}

TEST_F(Pages, SendTheSameOrderAgainAfterALostAnswerThoughPricesHaveChangedMeanwhile) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty, 2);
  get("/shop/basket");
  const std::string form = order_form(browser(), "invoice");
  const std::string key = browser().hidden("key");
  const catalog::TrackId track = sample_shop().track(banyan::contract::kPlenty);
  OrdersThatLoseAnAnswer losing{LosesAnAnswer(*orders_)};
  orders_ = &losing;
  Browser visitor = another();
  visitor.keep(browser());
  visitor.get("/shop/basket");
  ASSERT_TRUE(
      catalog_->handle(catalog::ChangePrice{track, {129, "EUR"}}, banyan::contract::any_context()));

  const auto lost = visitor.post("/shop/orders", form);
  EXPECT_EQ(lost.head.status, 503U);
  EXPECT_THAT(lost.body, HasSubstr("it is not known whether your order was placed"));
  EXPECT_THAT(lost.body, Not(HasSubstr("othing was charged")));
  EXPECT_THAT(lost.body, HasSubstr("€\u00A01.98")) << "at the prices that it is sent with";
  EXPECT_THAT(lost.body, Not(HasSubstr("type=\"radio\""))) << "another method is another order";
  EXPECT_EQ(visitor.hidden("key"), key);
  EXPECT_EQ(visitor.hidden("seen-" + track.str()), "99 EUR");
  EXPECT_EQ(visitor.hidden("method"), "invoice");

  const auto again = visitor.post("/shop/orders", order_form(visitor, visitor.hidden("method")));
  EXPECT_THAT(again.body, HasSubstr("Thank you. Your order is placed."));
  EXPECT_EQ(count_orders(), 1U);
}

TEST_F(Pages, SendTheSameOrderAgainAfterALostAnswerThoughTheCatalogueIsAwayMeanwhile) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty, 2);
  get("/shop/basket");
  const std::string form = order_form(browser());
  OrdersThatLoseAnAnswer losing{LosesAnAnswer(*orders_)};
  orders_ = &losing;
  catalog_ = no_catalog_.get();
  Browser visitor = another();
  visitor.keep(browser());
  visitor.get("/shop/basket");

  EXPECT_EQ(visitor.post("/shop/orders", form).head.status, 503U);
  const auto again = visitor.post("/shop/orders", order_form(visitor, visitor.hidden("method")));
  EXPECT_THAT(again.body, HasSubstr("Thank you. Your order is placed."));
  EXPECT_EQ(count_orders(), 1U);
}

TEST_F(Pages, OrderOnceFromABasketThatIsLoadedAnewAfterALostAnswer) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty, 2);
  get("/shop/basket");
  const std::string key = browser().hidden("key");
  OrdersThatLoseAnAnswer losing{LosesAnAnswer(*orders_)};
  orders_ = &losing;
  Browser visitor = another();
  visitor.keep(browser());
  visitor.get("/shop/basket");
  EXPECT_EQ(visitor.post("/shop/orders", order_form(visitor)).head.status, 503U);

  visitor.get("/shop/basket");
  EXPECT_EQ(visitor.hidden("key"), key) << "it is the same order";
  EXPECT_THAT(visitor.post("/shop/orders", order_form(visitor)).body,
              HasSubstr("Thank you. Your order is placed."));
  EXPECT_EQ(count_orders(), 1U);
}

TEST_F(Pages, AreOfAnotherOrderOnceTheBasketIsAnotherOrWasRefusedOrOrdered) {
  sign_in();
  std::set<std::string> keys;
  const auto look = [&] {
    get("/shop/basket");
    const std::string key = browser().hidden("key");
    get("/shop/basket");
    EXPECT_EQ(browser().hidden("key"), key) << "loaded anew";
    return keys.insert(key).second;
  };
  put_into_basket(banyan::contract::kFive);
  EXPECT_TRUE(look());
  put_into_basket(banyan::contract::kFive, 5);
  EXPECT_TRUE(look()) << "changed";
  EXPECT_EQ(browser().post("/shop/orders", order_form(browser())).head.status, 409U);
  EXPECT_TRUE(look()) << "refused: there are five";
  put_into_basket(banyan::contract::kPlenty);
  browser().post("/shop/basket", "track=" + sample_shop().track(banyan::contract::kFive).str() +
                                     "&copies=0&back=/shop/basket");
  EXPECT_TRUE(look());
  browser().post("/shop/orders", order_form(browser()));
  put_into_basket(banyan::contract::kPlenty);
  EXPECT_TRUE(look()) << "ordered: the same once more is another order";
}

TEST_F(Pages, SayThatAnOrderWasPlacedFromAPageInsteadOfPlacingAnother) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty, 2);
  get("/shop/basket");
  const std::string form = order_form(browser());
  const std::string key = browser().hidden("key");
  OrdersThatLoseAnAnswer losing{LosesAnAnswer(*orders_)};
  orders_ = &losing;
  Browser visitor = another();
  visitor.keep(browser());
  visitor.get("/shop/basket");
  EXPECT_EQ(visitor.post("/shop/orders", form).head.status, 503U);

  // Refused before orders is asked: the key stays the one under which an order may have been
  // placed.
  for (const std::string& unusable :
       {"key=" + key + "&method=card", order_form(visitor, "nonsense")}) {
    EXPECT_EQ(visitor.post("/shop/orders", unusable).head.status, 409U) << unusable;
    EXPECT_EQ(visitor.hidden("key"), key) << unusable;
  }
  const auto reused = visitor.post("/shop/orders", order_form(visitor, "invoice"));
  EXPECT_EQ(reused.head.status, 409U);
  EXPECT_THAT(reused.body, AllOf(HasSubstr("An order was placed from this page already"),
                                 HasSubstr("Look at your orders</a>")));
  EXPECT_THAT(reused.body, Not(HasSubstr("Order now")));
  EXPECT_EQ(visitor.hidden("key"), "") << "nothing on this page orders";
  EXPECT_EQ(count_orders(), 1U);
}

TEST_F(Pages, LetPeopleChooseHowTheyPay) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  const std::string page = get("/shop/basket");
  EXPECT_THAT(page, AllOf(HasSubstr("By card"), HasSubstr("On invoice")));
  for (const char* const nonsense : {"", "gold", "card:tok_visa"}) {
    const auto refused = browser().post("/shop/orders", order_form(browser(), nonsense));
    EXPECT_EQ(refused.head.status, 409U) << nonsense;
    EXPECT_THAT(refused.body, HasSubstr("Choose how you want to pay, please.")) << nonsense;
  }
  browser().post("/shop/orders", order_form(browser(), "invoice"));
  const auto id = orders::OrderId::parse(browser().at().substr(browser().at().rfind('/') + 1));
  ASSERT_TRUE(id) << browser().at();
  const auto order = orders_->handle(orders::GetOrder{*id}, banyan::contract::any_context());
  ASSERT_TRUE(order);
  EXPECT_EQ(order->payment_method, "invoice");
}

TEST_F(Pages, SellNobodyOnInvoiceWhoseCreditIsOnHold) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  get("/shop/account");
  const auto zoe = customers_->handle(
      customers::ListCustomers{.cursor = {}, .limit = {}, .email = "zoe@example.org"},
      banyan::contract::any_context());
  ASSERT_TRUE(zoe && zoe->customers.size() == 1);
  ASSERT_TRUE(customers_->handle(customers::PutOnHold{zoe->customers[0].id, "unpaid", {}},
                                 banyan::contract::any_context()));
  const std::string page = get("/shop/basket");
  EXPECT_THAT(page, HasSubstr("Not just now: your account says why."));
  EXPECT_THAT(page, testing::ContainsRegex("value=\"invoice\"[^>]* disabled"));
  EXPECT_THAT(get("/shop/account"), HasSubstr("You cannot buy on invoice just now, only by card"));
}

TEST_F(Pages, OrderAtThePricesThatWereShownAndAskAgainWhenTheseHaveChanged) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty, 2);
  get("/shop/basket");
  const std::string field = "seen-" + sample_shop().track(banyan::contract::kPlenty).str();
  EXPECT_EQ(browser().hidden(field), "99 EUR");
  // As it was shown when it cost more.
  const auto asked = browser().post(
      "/shop/orders", "key=" + browser().hidden("key") + "&method=invoice&" + field + "=129+EUR");
  EXPECT_EQ(asked.head.status, 409U);
  EXPECT_THAT(asked.body, HasSubstr("Prices have changed since you looked"));
  EXPECT_THAT(asked.body, HasSubstr("now €\u00A00.99 each, not €\u00A01.29"));
  EXPECT_THAT(asked.body, testing::ContainsRegex("value=\"invoice\"[^>]* checked"))
      << "what was chosen stays chosen";
  EXPECT_THAT(browser().post("/shop/orders", order_form(browser())).body,
              HasSubstr("Thank you. Your order is placed."));
}

TEST_F(Pages, OrderNothingThatWasNotShown) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  get("/shop/basket");
  const std::string form = order_form(browser());
  put_into_basket(banyan::contract::kFive);  // in another window
  const auto asked = browser().post("/shop/orders", form);
  EXPECT_EQ(asked.head.status, 409U);
  EXPECT_THAT(asked.body, HasSubstr("Your basket is another one than you have seen."));
  EXPECT_THAT(get("/shop/orders"), HasSubstr("You have not ordered anything yet."));
}

TEST_F(Pages, GiveAnOrderUpAndSayWhatCannotBeSentBack) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  get("/shop/basket");
  const std::string page = browser().post("/shop/orders", order_form(browser())).body;
  const std::string order = browser().at();
  EXPECT_THAT(page, HasSubstr("Cancel this order"));
  EXPECT_THAT(page, Not(HasSubstr("Send it all back")));
  EXPECT_THAT(browser().post(order + "/return", "").body,
              HasSubstr("This order cannot be sent back just now."));
  const std::string given_up = browser().post(order + "/cancellation", "").body;
  EXPECT_THAT(given_up, HasSubstr("Your order is given up."));
  EXPECT_THAT(given_up, HasSubstr("You have given this order up."));
  EXPECT_THAT(given_up, Not(HasSubstr("Cancel this order")));
}

TEST_F(Pages, NeverSayThatAnOrderIsAsItWasWhereNobodyKnows) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  get("/shop/basket");
  browser().post("/shop/orders", order_form(browser()));
  const std::string order = browser().at();
  OrdersThatLoseAnAnswer losing{LosesAnAnswer(*orders_)};
  orders_ = &losing;
  Browser visitor = another();
  visitor.keep(browser());
  visitor.get(order);

  const auto unknown = visitor.post(order + "/cancellation", "");
  EXPECT_EQ(unknown.head.status, 503U);
  EXPECT_THAT(unknown.body,
              AllOf(HasSubstr("it is not known whether that was done"),
                    HasSubstr("href=\"" + order + "\""), Not(HasSubstr("order is as it was"))));
  EXPECT_THAT(visitor.get(order).body, HasSubstr("You have given this order up."));
}

TEST_F(Pages, OfferToReturnWhatIsOnItsWayOnlyOnceItWasBroughtBack) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  get("/shop/basket");
  browser().post("/shop/orders", order_form(browser()));
  ShippedOrders shipped{SaysShipped(*orders_)};
  ParcelsInTransit on_their_way{SaysInTransit({})};
  ParcelsInTransit brought_back{SaysInTransit(banyan::Timestamp{1'760'000'000'000'000})};
  const auto page_with = [&](shipping::Shipping& parcels) {
    orders_ = &shipped;
    shipping_ = &parcels;
    Browser with = another();
    with.keep(browser());
    return with.get(browser().at()).body;
  };
  const std::string away = page_with(on_their_way);
  EXPECT_THAT(away, HasSubstr("The parcel is on its way to you."));
  EXPECT_THAT(away, Not(HasSubstr("/return")));
  const std::string here = page_with(brought_back);
  EXPECT_THAT(here, HasSubstr("has brought it back to us"));
  EXPECT_THAT(here, HasSubstr("/return"));
  EXPECT_THAT(here, HasSubstr("Give me my money back"));
}

}  // namespace
}  // namespace recordshop::web
