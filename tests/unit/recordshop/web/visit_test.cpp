// SPDX-License-Identifier: Apache-2.0
#include "web/visit.hpp"

#include <gmock/gmock.h>

#include "browser.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/port_under_test.hpp"

namespace recordshop::web {
namespace {

using banyan::http::Request;
using banyan::http::Response;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

class VisitTest : public testing::Test {
 protected:
  /// What the browser is told to keep, as it sends it next.
  static std::string kept(const Visit& visit) {
    Response response;
    visit.write_cookies(response);
    Cookies cookies;
    cookies.take(response);
    return cookies.field();
  }
  static Request with(const std::string& cookies) {
    Request request;
    request.head.method = "POST";
    request.head.target = "/shop/basket";
    request.head.fields.add("Host", "shop.example");
    request.head.fields.add("Content-Type", "application/x-www-form-urlencoded");
    if (!cookies.empty()) request.head.fields.add("Cookie", cookies);
    return request;
  }
  Visit visit(const Request& request) const { return {request, context_, environment_, sessions_}; }

  banyan::ManualClock clock_;
  banyan::SeededRandom random_{7};
  banyan::Environment environment_{clock_, random_, banyan::contract::real_environment().scheduler};
  banyan::Context context_ = banyan::contract::any_context();
  banyan::security::Sessions sessions_{banyan::security::SecretKey::make(), std::chrono::hours(12)};
};

TEST_F(VisitTest, KnowsWhoHasSignedInUntilTheEvening) {
  const Request stranger = with("");
  Visit first = visit(stranger);
  EXPECT_FALSE(first.visitor());
  first.sign_in({"cus_1", "Zoë; Path=/ \"x\""});
  const Request again = with(kept(first));
  ASSERT_TRUE(visit(again).visitor());
  EXPECT_EQ(visit(again).visitor()->customer, "cus_1");
  EXPECT_EQ(visit(again).visitor()->name, "Zoë; Path=/ \"x\"");
  clock_.advance(std::chrono::hours(12));
  EXPECT_FALSE(visit(again).visitor());
}

TEST_F(VisitTest, BelievesNoCookieThatIsMadeUp) {
  const Request stranger = with("");
  Visit first = visit(stranger);
  first.sign_in({"cus_1", "Ada"});
  const std::string cookie = kept(first);
  for (std::size_t i = cookie.find("shop_session=") + 13; i < cookie.size(); ++i) {
    if (cookie[i] == ';') break;
    std::string other = cookie;
    other[i] = other[i] == '1' ? '2' : '1';
    const Request forged = with(other);
    EXPECT_FALSE(visit(forged).visitor()) << other;
  }
  const Request empty = with("shop_session=...; shop_basket=nonsense");
  EXPECT_FALSE(visit(empty).visitor());
}

TEST_F(VisitTest, TakesFormsOfItsOwnPagesOnly) {
  const Request stranger = with("");
  Visit shown = visit(stranger);
  const std::string token = shown.form_token();
  const std::string cookies = kept(shown);

  Request own = with(cookies);
  own.body = "token=" + token;
  EXPECT_TRUE(visit(own).is_own_form());
  own.head.fields.add("Origin", "http://shop.example");
  EXPECT_TRUE(visit(own).is_own_form());

  Request of_another_site = with(cookies);
  of_another_site.body = own.body;
  of_another_site.head.fields.add("Origin", "http://evil.example");
  EXPECT_FALSE(visit(of_another_site).is_own_form());

  Request without_token = with(cookies);
  EXPECT_FALSE(visit(without_token).is_own_form());
  Request without_cookie = with("");
  without_cookie.body = own.body;
  EXPECT_FALSE(visit(without_cookie).is_own_form());

  Visit other = visit(stranger);
  Request of_another_visit = with(cookies);
  of_another_visit.body = "token=" + other.form_token();
  EXPECT_FALSE(visit(of_another_visit).is_own_form());
}

TEST_F(VisitTest, IsAnotherVisitAfterSigningInAndOut) {
  const Request stranger = with("");
  Visit visited = visit(stranger);
  const std::string before = visited.form_token();
  visited.sign_in({"cus_1", "Ada"});
  const std::string signed_in = visited.form_token();
  EXPECT_NE(before, signed_in);
  visited.sign_out();
  EXPECT_NE(visited.form_token(), signed_in);
  const Request out = with(kept(visited));
  EXPECT_FALSE(visit(out).visitor());
}

TEST_F(VisitTest, KeepsItsCookiesFromScriptsAndOtherSites) {
  Request request = with("");
  const auto cookies_of = [&] {
    Visit visited = visit(request);
    visited.sign_in({"cus_1", "Ada"});
    visited.tell_next("added");
    Basket basket;
    basket.add(*catalog::TrackId::parse("trk_00000000000070008000000000000001"), 1);
    visited.keep(basket);
    Response response;
    visited.write_cookies(response);
    std::vector<std::string> all;
    response.head.fields.each("Set-Cookie", [&](std::string_view text) { all.emplace_back(text); });
    return all;
  };
  EXPECT_EQ(cookies_of().size(), 3U);
  EXPECT_THAT(cookies_of(), Each(AllOf(HasSubstr("; Path=/"), HasSubstr("; HttpOnly"),
                                       HasSubstr("; SameSite=Lax"))));
  EXPECT_THAT(cookies_of(), Each(Not(HasSubstr("Secure"))));
  request.head.fields.add("Origin", "https://shop.example");
  EXPECT_THAT(cookies_of(), Each(HasSubstr("; Secure")));
}

}  // namespace
}  // namespace recordshop::web
