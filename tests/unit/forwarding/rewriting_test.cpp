// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/rewriting.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace banyan::strangler {
namespace {

const std::vector<http::Endpoint> kInstances = {
    {"10.0.0.1", 9000}, {"shop.internal", 80}, {"::1", 9000}, {"unix:/run/shop.sock", 0}};

/// Clients see /shop where the upstream has /v2.
const Rewriting& shop() {
  static const Rewriting rewriting({.strip = "/shop", .add = "/v2"}, kInstances);
  return rewriting;
}
/// Clients see /shop where the upstream has its root, and is called by a name of its own.
const Rewriting& rooted() {
  static const Rewriting rewriting({.strip = "/shop"}, kInstances, "legacy.example:8080");
  return rewriting;
}

std::string rewritten(const Rewriting& rewriting, std::string_view name, std::string_view value) {
  http::Fields fields;
  fields.add("X-Before", "1");
  fields.add(name, value);
  rewriting.answer_for_client(fields, "www.example");
  return std::string(fields.find(name).value());
}

TEST(TheTarget, HasItsFirstSegmentsReplacedAndIsByteExactOtherwise) {
  EXPECT_EQ(shop().target_for_upstream("/shop"), "/v2");
  EXPECT_EQ(shop().target_for_upstream("/shop/"), "/v2/");
  EXPECT_EQ(shop().target_for_upstream("/shop/a%20b;x=%7e/?q=/shop/&r=a?b"),
            "/v2/a%20b;x=%7e/?q=/shop/&r=a?b");
  EXPECT_EQ(shop().target_for_upstream("/sh%6Fp/cart"), "/v2/cart")
      << "the same segment, written otherwise";
  EXPECT_EQ(shop().target_for_upstream("/shop;jsessionid=X"), "/v2;jsessionid=X");
  EXPECT_EQ(shop().target_for_upstream("/shop;jsessionid=X/cart;v=1?a"),
            "/v2;jsessionid=X/cart;v=1?a");
  EXPECT_EQ(rooted().target_for_upstream("/shop;jsessionid=X?a"), "/;jsessionid=X?a");
  EXPECT_EQ(shop().target_for_upstream("/shop?next=/shop/x"), "/v2?next=/shop/x");
  EXPECT_EQ(rooted().target_for_upstream("/shop"), "/");
  EXPECT_EQ(rooted().target_for_upstream("/shop?a=b"), "/?a=b");
  EXPECT_EQ(rooted().target_for_upstream("/shop/cart"), "/cart");
  const Rewriting deeper({.strip = "/a/b", .add = "/c"}, {});
  EXPECT_EQ(deeper.target_for_upstream("/a/b/b/a"), "/c/b/a");
  EXPECT_EQ(deeper.target_for_upstream("/a;x=1/b;y=2/c"), "/c;x=1;y=2/c");
  const Rewriting added({.add = "/all"}, {});
  EXPECT_EQ(added.target_for_upstream("/shop/1?x"), "/all/shop/1?x");
  EXPECT_FALSE(Rewriting({}, kInstances).moves_paths());
}

TEST(TheLocation, BelowThePrefixOfTheUpstreamIsTurnedBack) {
  EXPECT_EQ(rewritten(shop(), "Location", "/v2/cart?a=/v2#top"), "/shop/cart?a=/v2#top");
  EXPECT_EQ(rewritten(shop(), "Location", "/v2"), "/shop");
  EXPECT_EQ(rewritten(shop(), "Location", "/v22/cart"), "/v22/cart") << "another path";
  EXPECT_EQ(rewritten(shop(), "Location", "cart"), "cart") << "relative to where the client is";
  EXPECT_EQ(rewritten(shop(), "Content-Location", "/v2/cart/7"), "/shop/cart/7");
  EXPECT_EQ(rewritten(rooted(), "Location", "/login"), "/shop/login");
  EXPECT_EQ(rewritten(rooted(), "Location", "/"), "/shop/");
}

TEST(TheLocation, AtTheUpstreamsOwnAuthorityBecomesTheClients) {
  for (const char* own :
       {"http://10.0.0.1:9000", "https://10.0.0.1:9000", "HTTP://10.0.0.1:9000", "//10.0.0.1:9000",
        "http://shop.internal", "http://SHOP.internal:80", "http://[::1]:9000"}) {
    EXPECT_EQ(rewritten(shop(), "Location", std::string(own) + "/v2/cart"), "/shop/cart") << own;
    EXPECT_EQ(rewritten(shop(), "Location", std::string(own) + "/other"), "/other") << own;
  }
  EXPECT_EQ(rewritten(rooted(), "Location", "http://legacy.example:8080/login"), "/shop/login");
  EXPECT_EQ(rewritten(rooted(), "Location", "http://legacy.example:8080"), "/shop/");
  EXPECT_EQ(rewritten(Rewriting({}, kInstances), "Location", "http://10.0.0.1:9000/x"), "/x")
      << "also where no path is moved";
}

TEST(TheLocation, AtTheClientsOwnAuthorityStaysThere) {
  EXPECT_EQ(rewritten(shop(), "Location", "https://www.example/v2/cart"),
            "https://www.example/shop/cart");
}

TEST(TheLocation, ElsewhereIsNobodysBusiness) {
  for (const char* elsewhere :
       {"https://pay.example/v2/cart", "http://10.0.0.1:9001/v2", "http://10.0.0.1.evil.example/v2",
        "http://user@10.0.0.1:9000/v2", "mailto:a@b.example", "?page=2", "#top", ""}) {
    EXPECT_EQ(rewritten(shop(), "Location", elsewhere), elsewhere);
  }
}

TEST(TheRefresh, IsMappedAsALocationIs) {
  EXPECT_EQ(rewritten(shop(), "Refresh", "5; url=/v2/cart"), "5; url=/shop/cart");
  EXPECT_EQ(rewritten(shop(), "Refresh", "0;URL='http://10.0.0.1:9000/v2/a'"), "0;URL='/shop/a'");
  EXPECT_EQ(rewritten(shop(), "Refresh", "0, Url = \"/v2\""), "0, Url = \"/shop\"");
  EXPECT_EQ(rewritten(rooted(), "Refresh", "1; /login"), "1; /shop/login");
  for (const char* other : {"5", "", "5;", "5; url", "5; url=", "5; url='",
                            "5; url=https://pay.example/v2", "5; url=cart"}) {
    EXPECT_EQ(rewritten(shop(), "Refresh", other), other);
  }
}

std::string destination(const Rewriting& rewriting, std::string_view method,
                        std::string_view value) {
  const http::RequestHead head{
      std::string(method), "/shop/a", 1, {{"Host", "www.example"}, {"Destination", value}}};
  return rewriting.destination_for_upstream(head);
}

TEST(TheDestination, IsMappedAsTheTargetIs_RFC4918_10_3) {
  EXPECT_EQ(destination(shop(), "MOVE", "http://www.example/shop/b%20c"), "/v2/b%20c");
  EXPECT_EQ(destination(shop(), "COPY", "https://WWW.example/shop"), "/v2")
      << "by TLS to here, and perhaps not from here";
  EXPECT_EQ(destination(rooted(), "MOVE", "/sh%6fp/b"), "/b");
  for (const char* other : {"http://other.example/shop/b", "/elsewhere/b", "/shopping", "b", ""}) {
    EXPECT_EQ(destination(shop(), "MOVE", other), "") << other << " stays as it is";
  }
  EXPECT_EQ(destination(shop(), "PUT", "/shop/b"), "") << "means nothing there";
  EXPECT_EQ(destination(Rewriting({}, kInstances), "MOVE", "http://www.example/b"), "")
      << "the upstream hears the same host, and has the same paths";
  EXPECT_EQ(
      destination(Rewriting({}, kInstances, "legacy.example"), "MOVE", "http://www.example/b"),
      "/b")
      << "it does not know the client's name for it";
  EXPECT_EQ(shop().destination_for_upstream({"MOVE", "/shop/a", 1, {{"Host", "a"}}}), "");
}

TEST(ThePrefix, IsSaidWhereTheUpstreamHasItsRoot) {
  EXPECT_EQ(rooted().prefix(), "/shop");
  EXPECT_EQ(shop().prefix(), "") << "its own paths do not follow the client's";
  EXPECT_EQ(Rewriting({}, {}).prefix(), "");
}

TEST(TheCookie, HasItsPathTurnedBackAndLosesTheUpstreamsOwnDomain) {
  EXPECT_EQ(rewritten(shop(), "Set-Cookie", "id=a; Path=/v2; Secure"), "id=a; Path=/shop; Secure");
  EXPECT_EQ(rewritten(shop(), "Set-Cookie", "id=a;path=/v2/cart;HttpOnly"),
            "id=a; Path=/shop/cart;HttpOnly");
  EXPECT_EQ(rewritten(shop(), "Set-Cookie", "id=a; Secure"), "id=a; Secure")
      << "is for the folder of what was asked for (RFC 6265 §5.1.4)";
  EXPECT_EQ(rewritten(shop(), "Set-Cookie", "id=a; Path=/; SameSite=Lax"),
            "id=a; Path=/; SameSite=Lax");
  EXPECT_EQ(rewritten(rooted(), "Set-Cookie", "id=a; Path=/"), "id=a; Path=/shop")
      << "\"/shop/\" would not match \"/shop\" (RFC 6265 §5.1.4)";
  EXPECT_EQ(rewritten(rooted(), "Set-Cookie", "id=a; Path=/cart/"), "id=a; Path=/shop/cart/");
  EXPECT_EQ(rewritten(Rewriting({}, kInstances), "Set-Cookie", "id=a; Path=/"), "id=a; Path=/");
  EXPECT_EQ(rewritten(shop(), "Set-Cookie", "id=a; Domain=shop.internal; Secure"), "id=a; Secure");
  EXPECT_EQ(rewritten(rooted(), "Set-Cookie", "id=a; Domain=.Legacy.example"), "id=a");
  EXPECT_EQ(rewritten(shop(), "Set-Cookie", "id=a; Domain=www.example"),
            "id=a; Domain=www.example");
  EXPECT_EQ(rewritten(rooted(), "Set-Cookie", "__Host-id=a; Path=/; Secure"),
            "__Host-id=a; Path=/; Secure")
      << "browsers take it with this path only";
  EXPECT_EQ(rewritten(shop(), "Set-Cookie", "Path=/v2"), "Path=/v2")
      << "that is its name and value";
}

TEST(TheCookie, StaysByteForByteWhereNothingIsMapped) {
  const Rewriting same({}, kInstances);
  for (const char* cookie :
       {"id=a", "id=a; path=/; HttpOnly", "id=a;PATH=/x", "id=a; Path", "id=a; Path=", "id=a;;",
        "id=a; Domain=example; path = /", "Path=/", ""}) {
    EXPECT_EQ(rewritten(same, "Set-Cookie", cookie), cookie);
  }
  const Rewriting by_its_name({}, kInstances, "www.example:80");
  EXPECT_EQ(rewritten(by_its_name, "Set-Cookie", "id=a; Domain=www.example"),
            "id=a; Domain=www.example")
      << "that is the client's name for it, too";
  http::Fields fields;
  fields.add("set-cookie", "a=1; path=/");
  fields.add("Content-Type", "text/plain");
  const http::Fields before = fields;
  same.answer_for_client(fields, "www.example");
  EXPECT_TRUE(std::equal(fields.begin(), fields.end(), before.begin(), before.end()));
}

TEST(TheCookies, AreRewrittenEachForItselfAndInTheirOrder) {
  http::Fields fields;
  fields.add("Set-Cookie", "a=1; Path=/v2");
  fields.add("Content-Type", "text/plain");
  fields.add("set-cookie", "b=2; Path=/v2/x");
  shop().answer_for_client(fields, "www.example");
  std::vector<std::string> cookies;
  for (const auto field : fields) {
    if (field.name == "Set-Cookie") cookies.emplace_back(field.value);
  }
  EXPECT_EQ(cookies, (std::vector<std::string>{"a=1; Path=/shop", "b=2; Path=/shop/x"}));
  EXPECT_EQ(fields.size(), 3u);
}

}  // namespace
}  // namespace banyan::strangler
