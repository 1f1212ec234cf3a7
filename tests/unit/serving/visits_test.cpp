// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "banyan/http/cookie.hpp"
#include "banyan/kernel/routing.hpp"
#include "two_sides_fixture.hpp"

namespace banyan::serving {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kVisit = R"(["visit"])";
/// What was there before there were visits.
constexpr const char* kSession = R"(["cookie:session", "address"])";
constexpr const char* kId = "0123456789abcdef0123456789abcdef";

/// An application as most are: whoever comes without a session is given one, and signing in gives
/// another. Says which side it is, and answers as it is told to.
ToldServer::Answer application(const std::string& side, const http::Fields& fields = {},
                               const std::string& broken = "") {
  auto sessions = std::make_shared<std::atomic<int>>(0);
  return [=](const std::shared_ptr<http::Exchange>& exchange) {
    const http::RequestHead& head = exchange->head();
    http::Response response;
    response.head.fields = fields;
    if (head.method == "POST" || http::cookie(head.fields, "session").empty()) {
      response.head.fields.add("Set-Cookie",
                               "session=" + side + std::to_string(++*sessions) + "; Path=/");
    }
    if (head.target == broken) response.head.status = 500;
    response.body = side;
    exchange->respond(std::move(response));
  };
}

/// The value of the Set-Cookie of a visit; "" when there is none.
std::string new_visit(const test::Seen& seen) {
  const std::string begin = "\r\nSet-Cookie: banyan_visit=";
  const std::size_t at = seen.head.find(begin);
  if (at == std::string::npos) return {};
  const std::size_t from = at + begin.size();
  return seen.head.substr(from, seen.head.find("\r\n", from) - from);
}

/// Keeps the cookies that it is given.
class Browser {
 public:
  explicit Browser(std::uint16_t port) : port_(port) {}

  test::Seen ask(const std::string& method, const std::string& target) {
    std::string said;
    for (const auto& [name, value] : cookies_) {
      said += std::string(said.empty() ? "Cookie: " : "; ") + name + '=' + value;
    }
    if (!said.empty()) said += "\r\n";
    return send(method, target, said);
  }
  /// A form that a page of another site sends here: without cookies, as SameSite=Lax has it; what
  /// the answer sets is kept.
  test::Seen post_from_another_site(const std::string& target) {
    return send("POST", target, "Origin: https://idp.example\r\n");
  }
  /// The same site at another port.
  void move_to(std::uint16_t port) { port_ = port; }
  const std::map<std::string, std::string>& cookies() const { return cookies_; }

 private:
  test::Seen send(const std::string& method, const std::string& target, std::string fields) {
    if (method != "GET") fields += "Content-Length: 0\r\n";
    const test::Seen seen =
        test::ask(port_, method + ' ' + target + " HTTP/1.1\r\nHost: shop\r\n" + fields + "\r\n");
    keep(seen.head);
    return seen;
  }

  void keep(const std::string& head) {
    const std::string begin = "\r\nSet-Cookie: ";
    for (std::size_t at = head.find(begin); at != std::string::npos; at = head.find(begin, at)) {
      at += begin.size();
      const std::size_t equals = head.find('=', at);
      const std::size_t end = head.find_first_of(";\r", equals);
      cookies_[head.substr(at, equals - at)] = head.substr(equals + 1, end - equals - 1);
    }
  }

  std::uint16_t port_;
  std::map<std::string, std::string> cookies_;
};

class AVisit : public TwoSides {
 protected:
  /// In front of both sides, going by `sticky`.
  void begin(const std::string& sticky, std::uint16_t old_side, std::uint16_t new_side,
             const std::string& more = "", const std::string& of_proxy = "") {
    std::string text = shop_configuration(old_side, new_side, more);
    const std::string usual = R"(["cookie:session", "header:X-User", "address"])";
    text.replace(text.find(usual), usual.size(), sticky + '\n' + of_proxy);
    write(file(), text);
    start();
  }
  void begin(const std::string& sticky) { begin(sticky, old_side_.port(), new_side_.port()); }

  /// Where the reads of first visits came from: each asks for a page and three assets, signs in,
  /// and goes on.
  struct Visits {
    int old_side = 0;
    int new_side = 0;
    int both = 0;
  };
  Visits first_visits(int count) const {
    Visits all;
    for (int i = 0; i < count; ++i) {
      Browser browser(port_);
      std::set<std::string> sides;
      for (const char* target :
           {"/albums", "/albums/style.css", "/albums/code.js", "/albums/cover.png"}) {
        sides.insert(browser.ask("GET", target).body);
      }
      EXPECT_EQ(browser.ask("POST", "/albums/login").body, "old") << "writes move as a whole";
      for (const char* target : {"/albums/mine", "/albums/style.css"}) {
        sides.insert(browser.ask("GET", target).body);
      }
      int& seen = sides.size() > 1 ? all.both : sides.contains("new") ? all.new_side : all.old_side;
      ++seen;
    }
    return all;
  }

  ToldServer old_side_{application("old")};
  ToldServer new_side_{application("new")};
};

TEST_F(AVisit, GetsPageAssetsAndWhatComesAfterTheLoginFromOneSide) {
  begin(kVisit);
  ASSERT_EQ(shift("50%"), 200u);
  const Visits seen = first_visits(200);
  EXPECT_EQ(seen.both, 0);
  EXPECT_GT(seen.old_side, 60);
  EXPECT_GT(seen.new_side, 60);
}

// What the test above would see without it.
TEST_F(AVisit, IsTornApartWhereItGoesByTheSessionThatItsPageSets) {
  begin(kSession);
  ASSERT_EQ(shift("50%"), 200u);
  EXPECT_GT(first_visits(200).both, 20);
}

TEST_F(AVisit, IsDecidedByItsIdFromTheRequestOnThatHasNoneYet) {
  begin(kVisit);
  ASSERT_EQ(shift("50%"), 200u);
  for (int i = 0; i < 20; ++i) {
    Browser browser(port_);
    const std::string page = browser.ask("GET", "/albums").body;
    const std::string id = browser.cookies().at("banyan_visit");
    const bool is_new = sticky_bucket("catalog", id) < 5'000;
    EXPECT_EQ(page, is_new ? "new" : "old") << id;
  }
}

TEST_F(AVisit, IsOnTheSameSideAfterARestartAndAtAnotherReplica) {
  begin(kVisit);
  ASSERT_EQ(shift("50%"), 200u);
  std::vector<std::pair<Browser, std::string>> visitors;
  for (int i = 0; i < 20; ++i) {
    Browser browser(port_);
    std::string side = browser.ask("GET", "/albums").body;
    visitors.emplace_back(std::move(browser), std::move(side));
  }
  proxy_.reset();
  start();
  for (auto& [browser, side] : visitors) {
    browser.move_to(port_);
    EXPECT_EQ(browser.ask("GET", "/albums").body, side);
  }
}

TEST_F(AVisit, IsGivenItsCookieOnceAndAlsoByWhatStaysWhereItIs) {
  begin(kVisit);
  Browser browser(port_);
  const std::string given = new_visit(browser.ask("GET", "/shop/cart"));
  EXPECT_THAT(given, HasSubstr("; Path=/; HttpOnly; SameSite=Lax"));
  EXPECT_THAT(given, Not(HasSubstr("Secure"))) << "it came in clear";
  EXPECT_EQ(given.find(';'), 32u);
  EXPECT_EQ(new_visit(browser.ask("GET", "/albums")), "");
  EXPECT_EQ(new_visit(browser.ask("POST", "/albums/login")), "");
}

// An identity provider answers with a form that sends itself, as SAML and OpenID Connect have it,
// and so do payment pages. The browser keeps what the answer sets, and had an id that it did not
// say.
TEST_F(AVisit, IsNotReplacedByAFormThatAnotherSiteSends) {
  begin(kVisit);
  ASSERT_EQ(shift("50%"), 200u);
  for (int i = 0; i < 20; ++i) {
    Browser browser(port_);
    const std::string page = browser.ask("GET", "/albums").body;
    const std::string id = browser.cookies().at("banyan_visit");
    EXPECT_EQ(new_visit(browser.post_from_another_site("/albums/login")), "");
    EXPECT_EQ(browser.cookies().at("banyan_visit"), id);
    EXPECT_EQ(browser.ask("GET", "/albums").body, page);
  }
}

TEST_F(AVisit, IsBegunByGetAndHeadOnly) {
  begin(kVisit);
  for (const std::string method : {"POST", "PUT", "OPTIONS"}) {
    Browser browser(port_);
    const test::Seen seen = browser.ask(method, "/shop/cart");
    EXPECT_EQ(seen.body, "old") << method;
    EXPECT_EQ(new_visit(seen), "") << method;
    EXPECT_NE(new_visit(browser.ask("GET", "/shop/cart")), "") << method;
  }
}

// Neither knows yet of the other; the browser keeps what comes last, and it is one visit from then.
TEST_F(AVisit, BeginsTwiceWhereTwoFirstRequestsAreUnderWayAtOnce) {
  begin(kVisit);
  const std::string one = new_visit(test::get(port_, "/albums"));
  const std::string other = new_visit(test::get(port_, "/albums/style.css"));
  EXPECT_NE(one, "");
  EXPECT_NE(other, "");
  EXPECT_NE(one, other);
}

TEST_F(AVisit, IsNothingThatTheApplicationHearsOf) {
  begin(kVisit);
  Browser browser(port_);
  browser.ask("GET", "/albums");
  browser.ask("GET", "/albums");
  const auto asked = old_side_.asked();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_FALSE(asked.front().fields.contains("Cookie"));
  EXPECT_EQ(asked.back().fields.find("Cookie"), "session=old1") << "its own, and no other";
}

// What a new side asks of others for its user, through the proxy, is for the same user.
TEST_F(AVisit, IsPassedOnByAnApplicationThatAsksBack) {
  begin(kVisit, old_side_.port(), new_side_.port(), "", "trusted_peers = [\"127.0.0.1\"]");
  ASSERT_EQ(shift("50%"), 200u);
  for (int i = 0; i < 20; ++i) {
    Browser browser(port_);
    const std::string page = browser.ask("GET", "/albums").body;
    const std::string id = browser.cookies().at("banyan_visit");
    const auto asked = (page == "old" ? old_side_ : new_side_).asked();
    EXPECT_EQ(asked.back().fields.find("Banyan-Visit"), id);
    const test::Seen back = test::get(port_, "/albums/1", "Banyan-Visit: " + id + "\r\n");
    EXPECT_EQ(back.body, page);
    EXPECT_EQ(new_visit(back), "");
    EXPECT_EQ(test::get(port_, "/albums/1", "Cookie: banyan_visit=" + id + "\r\n").body, page)
        << "as who is not trusted says it";
  }
}

TEST_F(AVisit, IsNotPassedOnByWhoIsNotTrusted) {
  begin(kVisit);
  const test::Seen seen = test::get(port_, "/albums", std::string("Banyan-Visit: ") + kId + "\r\n");
  EXPECT_NE(new_visit(seen), "");
  const auto asked = old_side_.asked();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked.front().fields.count("Banyan-Visit"), 1u);
  EXPECT_NE(asked.front().fields.find("Banyan-Visit"), kId);
}

TEST_F(AVisit, IsNotTheApplicationsToSet) {
  const ToldServer meddler(application("old", {{"Set-Cookie", "banyan_visit=mine; Path=/"}}));
  begin(kVisit, meddler.port(), new_side_.port());
  Browser browser(port_);
  browser.ask("GET", "/albums");
  const std::string id = browser.cookies().at("banyan_visit");
  EXPECT_EQ(id.size(), 32u);
  browser.ask("GET", "/albums");
  EXPECT_EQ(browser.cookies().at("banyan_visit"), id);
}

TEST_F(AVisit, IsBegunAnewByAnIdThatNobodyHasDrawn) {
  begin(kVisit);
  for (const std::string made_up : {"x", "../../etc/passwd", "0123456789ABCDEF0123456789ABCDEF"}) {
    const test::Seen seen = test::get(port_, "/albums", "Cookie: banyan_visit=" + made_up + "\r\n");
    EXPECT_EQ(seen.body, "old");
    EXPECT_EQ(new_visit(seen).find(';'), 32u) << made_up;
  }
  EXPECT_EQ(
      new_visit(test::get(port_, "/albums", std::string("Cookie: banyan_visit=") + kId + "\r\n")),
      "")
      << "what has the form of one is a key like any other";
}

TEST_F(AVisit, HasTheNameThatTheFileGivesIt) {
  begin(R"(["visit:seen_before"])");
  EXPECT_THAT(test::get(port_, "/albums").head, HasSubstr("\r\nSet-Cookie: seen_before="));
}

TEST_F(AVisit, IsNotNeededWhereSomethingBeforeItSaysWhoAsks) {
  begin(R"(["header:X-User", "visit"])");
  EXPECT_EQ(new_visit(test::get(port_, "/albums", "X-User: ada\r\n")), "");
  EXPECT_NE(new_visit(test::get(port_, "/albums")), "");
}

TEST_F(AVisit, IsKeptForTlsAloneWhereItsClientSpeaksThat) {
  const std::string https = "X-Forwarded-Proto: https\r\n";
  begin(kVisit, old_side_.port(), new_side_.port(), "", "trusted_peers = [\"127.0.0.1\"]");
  EXPECT_THAT(new_visit(test::get(port_, "/albums", https)), HasSubstr("; Secure"));
  EXPECT_THAT(new_visit(test::get(port_, "/albums")), Not(HasSubstr("Secure")));
  proxy_.reset();
  begin(kVisit);
  EXPECT_THAT(new_visit(test::get(port_, "/albums", https)), Not(HasSubstr("Secure")))
      << "anybody can say so";
}

TEST_F(AVisit, IsNotSaidByAnAnswerThatIsForSharedCaches) {
  const ToldServer of_all(application("old", {{"Cache-Control", "public, max-age=60"}}));
  begin(kVisit, of_all.port(), new_side_.port());
  const test::Seen seen = test::get(port_, "/albums/style.css");
  EXPECT_EQ(new_visit(seen), "");
  EXPECT_EQ(seen.field("Cache-Control"), "public, max-age=60");
}

// What an operator sees of the pages of a site that are all for shared caches.
TEST_F(AVisit, IsCountedByWhatBecameOfIt) {
  const ToldServer of_all(application("old", {{"Cache-Control", "public, max-age=60"}}));
  begin(kVisit, old_side_.port(), of_all.port());
  ASSERT_EQ(shift("100%"), 200u);
  const auto counted = [&](const std::string& result) {
    return value_in(metrics(), "banyan_visits_total{result=\"" + result + "\"}");
  };
  EXPECT_EQ(counted("begun"), -1) << "nobody has asked";
  Browser browser(port_);
  browser.ask("GET", "/albums");
  browser.ask("GET", "/albums/style.css");
  until("two that nobody keeps", [&] { return counted("not_kept") == 2; });
  browser.ask("GET", "/shop/cart");
  until("one that begins", [&] { return counted("begun") == 1; });
  browser.ask("GET", "/albums");
  until("one that goes on", [&] { return counted("goes_on") == 1; });
  EXPECT_EQ(counted("not_kept"), 2);
  EXPECT_EQ(counted("begun"), 1);
}

TEST_F(AVisit, MakesAnAnswerPrivateThatLeavesOpenWhoMayKeepIt) {
  const ToldServer silent(application("old", {{"Last-Modified", "Sun, 29 Nov 2026 12:00:00 GMT"}}));
  begin(kVisit, silent.port(), new_side_.port());
  Browser browser(port_);
  EXPECT_EQ(browser.ask("GET", "/albums").field("Cache-Control"), "private");
  EXPECT_EQ(browser.ask("GET", "/albums").field("Cache-Control"), "") << "without a new cookie";
}

TEST_F(AVisit, IsSaidByAWebSocketThatOpensWithIt) {
  test::Listener socket;
  begin(kVisit, socket.port(), new_side_.port());
  test::Peer client = test::Peer::connect(port_);
  client.send(
      "GET /albums/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  test::Peer upstream = socket.accept();
  upstream.read_head();
  upstream.send(
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  const std::string head = client.read_head();
  EXPECT_THAT(head, HasSubstr(" 101 "));
  EXPECT_THAT(head, HasSubstr("\r\nSet-Cookie: banyan_visit="));
  EXPECT_THAT(head, Not(HasSubstr("Cache-Control")));
}

// The page is the old side's, and its visit is the new side's still: nobody is moved by a failure.
TEST_F(AVisit, WhosePageFellBackHasItsAssetsAskedOfTheNewSideAgain) {
  const ToldServer failing(application("new", {}, "/albums"));
  begin(kVisit, old_side_.port(), failing.port(), "[rollouts.catalog.fallback]\n");
  ASSERT_EQ(shift("100%"), 200u);
  Browser browser(port_);
  const test::Seen page = browser.ask("GET", "/albums");
  EXPECT_EQ(page.body, "old");
  EXPECT_EQ(page.field("Banyan-Fallback"), "status_500");
  EXPECT_NE(new_visit(page), "") << "whoever answers, the visit has begun";
  EXPECT_EQ(browser.ask("GET", "/albums/style.css").body, "new");
  for (const auto& each : old_side_.asked())
    EXPECT_EQ(http::cookie(each.fields, "banyan_visit"), "");
}

TEST_F(AVisit, IsNoCredentialAndNoPartOfWhatIsCompared) {
  begin(kVisit, old_side_.port(), new_side_.port(),
        "[rollouts.catalog.shadow]\nshare = \"100%\"\nnoise = \"0%\"\n"
        "[upstreams.legacy.retries]\nper_second = 1000\n");
  begin_canary();
  const std::string visit = std::string("Cookie: banyan_visit=") + kId;
  EXPECT_EQ(test::get(port_, "/albums/1", visit + "\r\n").status, 200u);
  until("the comparison", [&] { return compared() == 1; });
  EXPECT_EQ(dropped("credentials"), 0u);
  ASSERT_EQ(new_side_.asked().size(), 1u);
  const http::RequestHead copy = new_side_.asked().front();
  EXPECT_FALSE(copy.fields.contains("Cookie"));
  EXPECT_EQ(test::get(port_, "/albums/1", visit + "; session=x\r\n").status, 200u);
  until("a session to be one", [&] { return dropped("credentials") == 1; });
}

TEST_F(AVisit, IsNothingOfTheOperators) {
  begin(kVisit);
  for (const char* each : {"/health/live", "/metrics", "/_banyan/api/status"}) {
    EXPECT_EQ(new_visit(test::get(port_, each)), "") << each;
  }
}

}  // namespace
}  // namespace banyan::serving
