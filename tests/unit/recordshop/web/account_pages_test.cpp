// SPDX-License-Identifier: Apache-2.0
// What people do with their accounts.
#include <gmock/gmock.h>

#include <set>
#include <string>
#include <string_view>

#include "shop_pages.hpp"
#include "web/account_fields.hpp"
#include "web/countries.hpp"

namespace recordshop::web {
namespace {

using banyan::contract::sample_shop;
using testing::HasSubstr;
using testing::Not;

TEST_F(Pages, LetNobodyGuessPasswordsWithoutEnd) {
  get("/shop/account");
  unsigned status = 403;
  for (int i = 0; i < 20 && status == 403; ++i) {
    status = browser().post("/shop/account", "email=eve%40example.org&password=guess").head.status;
  }
  EXPECT_EQ(status, 429U);
  const auto& refused = browser().post("/shop/account", "email=eve%40example.org&password=guess");
  EXPECT_EQ(refused.head.fields.find("Retry-After"), "60");
  EXPECT_THAT(refused.body, HasSubstr("Too many passwords were tried."));
}

TEST_F(Pages, LetPeopleOpenAnAccountAndSignInToIt) {
  open_account(browser(), "Zoe");
  EXPECT_THAT(get("/shop/account"), AllOf(HasSubstr("You are Zoe"), HasSubstr("Zoe@example.org"),
                                          HasSubstr("12345 Town")));
  get("/shop/account");
  browser().post("/shop/account/sign-out", "");
  get("/shop/account");
  const auto wrong = browser().post("/shop/account", "email=Zoe@example.org&password=guessed");
  EXPECT_EQ(wrong.head.status, 403U);
  EXPECT_THAT(wrong.body, HasSubstr("Nobody is known by this e-mail address and password."));
  EXPECT_THAT(wrong.body, HasSubstr("value=\"Zoe@example.org\""));
  EXPECT_THAT(wrong.body, Not(HasSubstr("guessed")));
  const auto right = browser().post(
      "/shop/account", "email=zoe@example.org&password=records+and+more&back=/shop/account");
  EXPECT_THAT(right.body, HasSubstr("You are Zoe"));

  Browser late = another();
  late.get("/shop/account");
  const auto taken = late.post("/shop/accounts",
                               "name=Zoe&email=zoe@example.org&password=records+and+more&street=R"
                               "&postal_code=1&city=T&country=DE&key=" +
                                   late.hidden("key"));
  EXPECT_EQ(taken.head.status, 409U);
  EXPECT_THAT(taken.body, HasSubstr("There is an account with this e-mail address already"));
}

TEST_F(Pages, LetPeopleChangeWhereTheirParcelsGoUnlessItWasChangedMeanwhile) {
  open_account(browser(), "Zoe");
  get("/shop/account");
  const std::string seen = browser().hidden("version");
  const std::string form = "recipient=Zoe&street=Quay+2&postal_code=20457&city=Hamburg&country=DE";
  const auto moved = browser().post("/shop/account/address", form + "&version=" + seen);
  EXPECT_THAT(moved.body, AllOf(HasSubstr("Your address is changed."), HasSubstr("20457 Hamburg")));

  const auto late = browser().post(
      "/shop/account/address",
      "recipient=Zoe&street=Hill+9&postal_code=1&city=Bern&country=CH&version=" + seen);
  EXPECT_EQ(late.head.status, 409U);
  EXPECT_THAT(late.body, HasSubstr("changed meanwhile"));
  EXPECT_THAT(late.body, HasSubstr("20457 Hamburg")) << "as it is now";
  EXPECT_THAT(late.body, HasSubstr("value=\"Hill 9\"")) << "and what was typed";
  const auto again =
      browser().post("/shop/account/address",
                     "recipient=Zoe&street=Hill+9&postal_code=1&city=Bern&country=CH&version=" +
                         browser().hidden("version"));
  EXPECT_THAT(again.body, HasSubstr("1 Bern"));
  const auto refused = browser().post(
      "/shop/account/address",
      "recipient=Zoe&street=&postal_code=&city=&country=DE&version=" + browser().hidden("version"));
  EXPECT_EQ(refused.head.status, 409U);
  EXPECT_THAT(refused.body,
              AllOf(HasSubstr("Street and number: expected 1 … 100 characters, got 0."),
                    HasSubstr("City: expected"), Not(HasSubstr("Recipient: "))));
}

// Found by review: who lived in Kyoto and changed the street lived in Austria from then on, which
// was the first of the countries to choose from, and paid its taxes.
TEST_F(Pages, LeavePeopleInTheirCountryWhenTheyChangeTheirStreet) {
  customers::OpenAccount kyoto;
  kyoto.name = "Rin";
  kyoto.email = "rin@example.org";
  kyoto.address = customers::Address{"Rin", "Sanjo 1", "604-8006", "Kyoto", "JP"};
  kyoto.password = "records and more";
  ASSERT_TRUE(customers_->handle(kyoto, banyan::contract::any_context().with_key("open-rin")));
  get("/shop/account");
  browser().post("/shop/account", "email=rin@example.org&password=records+and+more&back=/");
  EXPECT_THAT(get("/shop/account"), HasSubstr("<option value=\"JP\" selected>Japan</option>"));
}

TEST_F(Pages, LetPeopleLiveInEveryCountryThatAnAccountMayHave) {
  const auto id = sample_shop().customers[0].id;
  std::set<std::string_view> codes;
  for (const Country& each : countries()) {
    codes.insert(each.code);
    EXPECT_TRUE(customers_->handle(
        customers::ChangeAddress{id, {"Ada", "Quay 7", "", "Town", std::string(each.code)}, {}},
        banyan::contract::any_context()))
        << each.code;
  }
  EXPECT_EQ(codes.size(), 249U) << "those of ISO 3166-1";
  EXPECT_THAT(country_field("country", "XX").str(),
              HasSubstr("<option value=\"XX\" selected>XX</option>"))
      << "and one that this version does not know stays what it is";
  EXPECT_THAT(country_field("country", "").str(), HasSubstr("<option value=\"DE\" selected>"));
}

// Trap: without the version it would be a write over whatever was changed meanwhile.
TEST_F(Pages, ChangeNoAddressForAFormThatDoesNotSayWhatItsReaderSaw) {
  open_account(browser(), "Zoe");
  get("/shop/account");
  const std::string form = "recipient=Zoe&street=Hill+9&postal_code=1&city=Bern&country=CH";
  for (const char* const version : {"", "&version=", "&version=nonsense", "&version=1x"}) {
    const auto refused = browser().post("/shop/account/address", form + version);
    EXPECT_EQ(refused.head.status, 400U) << version;
    EXPECT_THAT(refused.body, AllOf(HasSubstr("The form did not come whole"),
                                    HasSubstr("12345 Town"), HasSubstr("value=\"Hill 9\"")))
        << version;
  }
}

TEST_F(Pages, NeverSayThatNothingWasChangedWhereNobodyKnows) {
  sign_in();
  get("/shop/account");
  const std::string version = browser().hidden("version");
  customers_ = no_customers_.get();
  Browser without = another();
  without.keep(browser());
  without.get("/shop/account");
  for (const std::string& form :
       {"/shop/account/address?recipient=Zoe&street=Hill+9&postal_code=1&city=Bern&country=CH"
        "&version=" +
            version,
        std::string("/shop/account/password?current=records+and+more&password=quite+another")}) {
    const std::size_t end = form.find('?');
    const auto unknown = without.post(form.substr(0, end), form.substr(end + 1));
    EXPECT_EQ(unknown.head.status, 503U) << form;
    EXPECT_THAT(unknown.body, HasSubstr("it is not known whether that was done")) << form;
    EXPECT_THAT(unknown.body, Not(HasSubstr("othing was changed"))) << form;
  }
}

TEST_F(Pages, LetPeopleChangeTheirPassword) {
  open_account(browser(), "Zoe");
  get("/shop/account");
  const auto wrong =
      browser().post("/shop/account/password", "current=guessed+it&password=quite+another");
  EXPECT_EQ(wrong.head.status, 403U);
  EXPECT_THAT(wrong.body, HasSubstr("That is not your password until now."));
  EXPECT_THAT(wrong.body, Not(HasSubstr("quite another")));
  const auto changed =
      browser().post("/shop/account/password", "current=records+and+more&password=quite+another");
  EXPECT_THAT(changed.body, HasSubstr("Your password is changed."));
  browser().post("/shop/account/sign-out", "");
  get("/shop/account");
  EXPECT_THAT(
      browser()
          .post("/shop/account", "email=zoe@example.org&password=quite+another&back=/shop/account")
          .body,
      HasSubstr("You are Zoe"));
}

}  // namespace
}  // namespace recordshop::web
