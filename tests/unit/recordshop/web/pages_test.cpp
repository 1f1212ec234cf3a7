// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <map>
#include <string>
#include <utility>

#include "shop_pages.hpp"
#include "web/assets.hpp"

namespace recordshop::web {
namespace {

using banyan::contract::sample_shop;
using testing::HasSubstr;
using testing::Not;

// Found by review: four checkouts that waited for a slow card provider stopped the whole shop.
TEST_F(Pages, ShareNoThreadsWithWhoeverWaitsForAnotherModule) {
  std::map<std::string, std::pair<std::string, banyan::Effect>> threads;
  for (const banyan::serving::Endpoint& each : endpoints()) {
    threads[each.name] = {each.at_once ? "at once" : each.module, each.effect};
  }
  const auto checkout = threads.at("shop_place_order");
  EXPECT_EQ(checkout, std::pair(std::string("orders"), banyan::Effect::Write));
  for (const char* const other :
       {"shop", "shop_albums", "shop_album", "shop_search", "shop_basket", "shop_change_basket",
        "shop_account", "shop_sign_in", "shop_orders", "shop_order"}) {
    EXPECT_NE(threads.at(other), checkout) << other;
  }
  for (const char* const file : {"shop_asset", "shop_cover"}) {
    EXPECT_EQ(threads.at(file).first, "at once") << file;
  }
}

TEST_F(Pages, ShowAlbumsTheirTracksAndWhatIsInStock) {
  EXPECT_THAT(get("/"), HasSubstr("Paper Harbour"));
  EXPECT_THAT(get("/shop/albums"), HasSubstr("Live at the Blue Station"));
  const std::string page = get(album());
  EXPECT_THAT(page, HasSubstr("<h1>Paper Harbour</h1>"));
  EXPECT_THAT(page, HasSubstr("River Song"));
  EXPECT_THAT(page, HasSubstr("Silent Engine"));
  EXPECT_THAT(page, HasSubstr("€\u00A01.29"));
  EXPECT_THAT(page, HasSubstr("In stock"));
  EXPECT_THAT(page, HasSubstr("Only 5 left"));
  EXPECT_THAT(get("/shop/albums?artist=" + sample_shop().artists[1].id.str()),
              AllOf(HasSubstr("Albums by Ada Vogel"), Not(HasSubstr("Paper Harbour"))));
}

TEST_F(Pages, FindWhatIsSearchedForAndEscapeWhatIsNot) {
  EXPECT_THAT(get("/shop/search?text=velvet"),
              AllOf(HasSubstr("Velvet Compass"), Not(HasSubstr("River Song"))));
  const std::string page = get("/shop/search?text=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
  EXPECT_THAT(page, HasSubstr("Nothing matches"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
}

TEST_F(Pages, SayThatThereIsNoSuchThing) {
  for (const char* const target :
       {"/shop/albums/nonsense", "/shop/albums/alb_00000000000070008000000000000009",
        "/shop/albums?artist=nonsense", "/shop/albums?cursor=nonsense",
        "/shop/search?text=x&cursor=nonsense", "/shop/orders/nonsense", "/shop/nothing/here"}) {
    EXPECT_EQ(browser().get(target).head.status, 404U) << target;
    EXPECT_THAT(get(target), HasSubstr("There is no such page")) << target;
  }
  EXPECT_EQ(browser().get("/shop/assets/about.html").head.status, 404U);
  EXPECT_EQ(browser().get("/shop/covers/nonsense").head.status, 404U);
}

// Found by review: beside another version, its file was kept for a year under this one's address.
TEST_F(Pages, LetNobodyKeepAFileThatWasAskedForInAnotherVersion) {
  const auto kept = [this](const std::string& target) {
    const banyan::http::Response file = browser().get(target);
    EXPECT_EQ(file.head.status, 200U) << target;
    return std::string(file.head.fields.find("Cache-Control").value_or(""));
  };
  EXPECT_THAT(kept(asset_url("shop.js")), HasSubstr("immutable"));
  EXPECT_EQ(kept("/shop/assets/shop.js?v=000000000000"), "no-cache");
  EXPECT_EQ(kept("/shop/assets/shop.js"), "no-cache");
}

TEST_F(Pages, ComeWithFieldsThatKeepOthersOut) {
  const banyan::http::Response page = browser().get(album());
  const std::string policy(page.head.fields.find("Content-Security-Policy").value_or(""));
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(page.head.fields.find("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.head.fields.find("Referrer-Policy"), "same-origin");
  EXPECT_EQ(page.head.fields.find("Cache-Control"), "no-store");
}

TEST_F(Pages, HaveAGapWhereTheWarehouseCannotBeReached) {
  warehouse_ = no_warehouse_.get();
  const banyan::http::Response page = browser().get(album());
  EXPECT_EQ(page.head.status, 200U);
  EXPECT_THAT(page.body, HasSubstr("River Song"));
  EXPECT_THAT(page.body, HasSubstr("How many copies there are cannot be shown just now"));
  EXPECT_THAT(page.body, Not(HasSubstr("In stock")));
}

TEST_F(Pages, HaveAGapWhereTheCatalogueCannotBeReachedAndKeepTheBasket) {
  put_into_basket(banyan::contract::kPlenty, 2);
  catalog_ = no_catalog_.get();
  Browser without = another();
  for (const std::string& target : {std::string("/"), album(), std::string("/shop/albums"),
                                    std::string("/shop/search?text=river")}) {
    const banyan::http::Response page = without.get(target);
    EXPECT_EQ(page.head.status, 503U) << target;
    EXPECT_THAT(page.body, HasSubstr("The catalogue cannot be shown just now")) << target;
    EXPECT_THAT(page.body, HasSubstr("/shop/basket")) << target;
  }
}

TEST_F(Pages, KeepABasket) {
  put_into_basket(banyan::contract::kPlenty, 2);
  put_into_basket(banyan::contract::kFive, 6);
  const std::string page = get("/shop/basket");
  EXPECT_THAT(page, HasSubstr("River Song"));
  EXPECT_THAT(page, HasSubstr("Only 5 left"));
  EXPECT_THAT(page, HasSubstr("€\u00A09.72"));  // 2 × 0.99 + 6 × 1.29
  EXPECT_THAT(page, HasSubstr("Sign in to order"));
  browser().post("/shop/basket", "track=" + sample_shop().track(banyan::contract::kFive).str() +
                                     "&copies=0&back=/shop/basket");
  EXPECT_THAT(get("/shop/basket"),
              AllOf(HasSubstr("River Song"), Not(HasSubstr("Crossing the Meadow"))));
  EXPECT_EQ(browser().post("/shop/basket", "track=nonsense&copies=1").head.status, 400U);
}

TEST_F(Pages, RefuseAFormThatIsNotTheirs) {
  Browser stranger = another();
  for (const char* const target :
       {"/shop/basket", "/shop/orders", "/shop/account", "/shop/account/sign-out", "/shop/accounts",
        "/shop/account/address", "/shop/account/password",
        "/shop/orders/ord_00000000000070008000000000000001/cancellation"}) {
    EXPECT_EQ(stranger.post(target, "").head.status, 403U) << target;
  }
}

TEST_F(Pages, ShowAnOrderWithGapsWhereMoneyAndParcelAre) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  get("/shop/basket");
  browser().post("/shop/orders", order_form(browser()));
  EXPECT_THAT(get(browser().at()), Not(HasSubstr("cannot be shown just now")));
  payments_ = no_payments_.get();
  shipping_ = no_shipping_.get();
  customers_ = no_customers_.get();
  Browser without = another();
  without.keep(browser());
  const auto page = without.get(browser().at());
  EXPECT_EQ(page.head.status, 200U);
  EXPECT_THAT(page.body, HasSubstr("River Song"));
  EXPECT_THAT(page.body, HasSubstr("The payment cannot be shown just now"));
  EXPECT_THAT(page.body, HasSubstr("Where the parcel is cannot be shown just now"));
  EXPECT_THAT(without.get("/shop/account").body, HasSubstr("What we know of you cannot be shown"));
}

TEST_F(Pages, ShowAnOrderToNobodyElse) {
  sign_in();
  put_into_basket(banyan::contract::kPlenty);
  get("/shop/basket");
  browser().post("/shop/orders", order_form(browser()));
  const std::string order = browser().at();
  get("/shop/account");
  browser().post("/shop/account/sign-out", "");
  EXPECT_THAT(get(order), HasSubstr("Sign in"));
  EXPECT_THAT(browser().at(), HasSubstr("/shop/account?back="));
  open_account(browser(), "Ada");
  EXPECT_EQ(browser().get(order).head.status, 404U);
  browser().post(order + "/cancellation", "");
  EXPECT_EQ(browser().get(order).head.status, 404U);
}

}  // namespace
}  // namespace recordshop::web
