// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/forwarded_head.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "banyan/http/parser.hpp"
#include "banyan/kernel/context.hpp"

namespace banyan::strangler {
namespace {

using http::Fields;
using http::RequestHead;
using http::ResponseHead;

class TheForwardedHead : public testing::Test {
 protected:
  RequestHead forward(Fields fields, const Fields& extra = {}) {
    const RequestHead head{"GET", "/albums/%2e;x?q=a%20b", 1, std::move(fields)};
    std::string bytes;
    http::HeadWriter writer(bytes);
    write_request_head(head, hop_, extra, writer);
    EXPECT_TRUE(writer.finish(http::Framing::none(), http::Persistence::KeepAlive));
    http::RequestParser parser;
    EXPECT_EQ(parser.step(bytes).kind, http::Step::Kind::Head) << bytes;
    return parser.head();
  }
  static std::string value(const Fields& fields, std::string_view name) {
    return std::string(fields.find(name).value_or("(none)"));
  }

  Hop hop_{.peer = "203.0.113.9", .request_id = "r-1"};
};

TEST_F(TheForwardedHead, KeepsMethodAndTargetByteForByte_RFC9110_7_7) {
  const RequestHead head = forward({{"Host", "shop"}});
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/albums/%2e;x?q=a%20b");
  EXPECT_EQ(value(head.fields, "Host"), "shop");
}

TEST_F(TheForwardedHead, LeavesOutHopByHopFields_RFC9110_7_6_1) {
  const RequestHead head = forward({{"Host", "shop"},
                                    {"Connection", "keep-alive"},
                                    {"Keep-Alive", "timeout=5"},
                                    {"Proxy-Connection", "keep-alive"},
                                    {"TE", "trailers"},
                                    {"Trailer", "X-Sum"},
                                    {"Upgrade", "h2c"},
                                    {"HTTP2-Settings", "AAMAAABkAAQ"},
                                    {"Proxy-Authorization", "Basic x"},
                                    {"Accept", "*/*"}});
  for (const char* name : {"Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer",
                           "Upgrade", "HTTP2-Settings", "Proxy-Authorization"}) {
    EXPECT_FALSE(head.fields.contains(name)) << name;
  }
  EXPECT_EQ(value(head.fields, "Accept"), "*/*");
}

TEST_F(TheForwardedHead, LeavesOutWhatCgiWouldTakeForOurs) {
  const RequestHead head = forward({{"Host", "shop"},
                                    {"X_Forwarded_For", "9.9.9.9"},
                                    {"x_forwarded-proto", "https"},
                                    {"X_Forwarded_Port", "1"},
                                    {"Transfer_Encoding", "chunked"},
                                    {"Content_Length", "5"},
                                    {"Banyan_Routing", "catalog=remote"},
                                    {"X_Mine", "1"}});
  for (const auto field : head.fields) {
    EXPECT_TRUE(field.name.find('_') == std::string_view::npos || field.name == "X_Mine")
        << field.name;
  }
  EXPECT_EQ(value(head.fields, "X_Mine"), "1");
  EXPECT_EQ(value(head.fields, "X-Forwarded-For"), "203.0.113.9");
}

TEST_F(TheForwardedHead, LeavesOutTheProxysOwnCookieAndNoOther) {
  hop_.own_cookie = "banyan_visit";
  const RequestHead head = forward({{"Host", "shop"},
                                    {"Cookie", "a=1;  b=2"},
                                    {"Cookie", "c=3; banyan_visit=x; d=4"},
                                    {"Cookie", "banyan_visit=x"}});
  std::string cookies;
  head.fields.each("Cookie", [&](std::string_view value) { cookies.append(value).append("|"); });
  EXPECT_EQ(cookies, "a=1;  b=2|c=3; d=4|") << "as they came where it is not among them";
  hop_.own_cookie = {};
  EXPECT_EQ(value(forward({{"Host", "shop"}, {"Cookie", "banyan_visit=x"}}).fields, "Cookie"),
            "banyan_visit=x");
}

TEST_F(TheForwardedHead, LeavesOutWhatConnectionNames_RFC9110_7_6_1) {
  const RequestHead head = forward({{"Host", "shop"},
                                    {"Connection", "close, X-Secret"},
                                    {"Connection", "x-other"},
                                    {"X-Secret", "1"},
                                    {"X-Other", "2"},
                                    {"X-Kept", "3"}});
  EXPECT_FALSE(head.fields.contains("X-Secret"));
  EXPECT_FALSE(head.fields.contains("X-Other"));
  EXPECT_TRUE(head.fields.contains("X-Kept"));
}

TEST_F(TheForwardedHead, SaysTrailersAreWelcomeForAClientThatSaysSo_RFC9110_10_1_4) {
  const RequestHead head =
      forward({{"Host", "shop"}, {"Connection", "TE"}, {"TE", "gzip;q=0.5, trailers"}});
  EXPECT_EQ(value(head.fields, "TE"), "trailers");
  EXPECT_EQ(value(head.fields, "Connection"), "TE");
  EXPECT_FALSE(forward({{"Host", "shop"}, {"TE", "trailers"}}).fields.contains("TE"));
  EXPECT_FALSE(forward({{"Host", "a"}, {"Connection", "TE"}, {"TE", "x"}}).fields.contains("TE"));
}

TEST_F(TheForwardedHead, AnnouncesTrailersOnlyWhereTheyGoOn_RFC9110_6_6_2) {
  hop_.chunked = true;
  EXPECT_EQ(value(forward({{"Host", "shop"}, {"Trailer", "X-Sum"}}).fields, "Trailer"), "X-Sum");
  hop_.chunked = false;
  EXPECT_FALSE(forward({{"Host", "shop"}, {"Trailer", "X-Sum"}}).fields.contains("Trailer"));
}

TEST_F(TheForwardedHead, ConnectionCannotHaveOurOwnFieldsOrHostLeftOut) {
  const RequestHead head =
      forward({{"Host", "shop"}, {"Connection", "Host, X-Forwarded-For, Via, X-Request-Id"}});
  EXPECT_EQ(value(head.fields, "Host"), "shop");
  EXPECT_EQ(value(head.fields, "X-Forwarded-For"), "203.0.113.9");
  EXPECT_EQ(value(head.fields, "Via"), "1.1 banyan");
  EXPECT_EQ(value(head.fields, "X-Request-Id"), "r-1");
}

TEST_F(TheForwardedHead, ReplacesWhatUntrustedPeersSayOfTheClient) {
  const RequestHead head = forward({{"Host", "shop:8080"},
                                    {"X-Forwarded-For", "10.0.0.1"},
                                    {"X-Forwarded-Proto", "https"},
                                    {"X-Forwarded-Host", "evil"},
                                    {"X-Real-IP", "10.0.0.1"},
                                    {"Forwarded", "for=10.0.0.1"}});
  EXPECT_EQ(value(head.fields, "X-Forwarded-For"), "203.0.113.9");
  EXPECT_EQ(value(head.fields, "X-Forwarded-Proto"), "http");
  EXPECT_EQ(value(head.fields, "X-Forwarded-Host"), "shop:8080");
  EXPECT_EQ(value(head.fields, "Forwarded"), "for=203.0.113.9;host=\"shop:8080\";proto=http");
  EXPECT_FALSE(head.fields.contains("X-Real-IP"));
  EXPECT_EQ(head.fields.count("X-Forwarded-For"), 1u);
}

TEST_F(TheForwardedHead, ContinuesWhatTrustedPeersSayOfTheClient) {
  hop_.peer_trusted = true;
  hop_.peer = "2001:db8::1";
  const RequestHead head = forward({{"Host", "shop"},
                                    {"X-Forwarded-For", "10.0.0.1"},
                                    {"X-Forwarded-For", "10.0.0.2"},
                                    {"X-Forwarded-Proto", "https"},
                                    {"Forwarded", "for=10.0.0.1"}});
  EXPECT_EQ(value(head.fields, "X-Forwarded-For"), "10.0.0.1, 10.0.0.2, 2001:db8::1");
  EXPECT_EQ(value(head.fields, "X-Forwarded-Proto"), "https");
  EXPECT_EQ(value(head.fields, "Forwarded"),
            "for=10.0.0.1, for=\"[2001:db8::1]\";host=shop;proto=http");
}

TEST_F(TheForwardedHead, AddsItselfToVia_RFC9110_7_6_3) {
  const RequestHead head = forward({{"Host", "shop"}, {"Via", "1.0 fred"}, {"Via", "1.1 edge"}});
  EXPECT_EQ(value(head.fields, "Via"), "1.0 fred, 1.1 edge, 1.1 banyan");
}

TEST_F(TheForwardedHead, StripsTheKitsOwnFieldsThatComeFromOutside) {
  const RequestHead head = forward({{"Host", "shop"},
                                    {"Banyan-Principal", "admin"},
                                    {"bAnYaN-routing", "catalog=remote"},
                                    {"Banyanish", "kept"}},
                                   {{"Banyan-Routing", "catalog=local;rev=3"}});
  EXPECT_FALSE(head.fields.contains("Banyan-Principal"));
  EXPECT_EQ(value(head.fields, "Banyan-Routing"), "catalog=local;rev=3");
  EXPECT_EQ(head.fields.count("Banyan-Routing"), 1u);
  EXPECT_EQ(value(head.fields, "Banyanish"), "kept");
}

const std::string kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST_F(TheForwardedHead, NamesTheSpanOfTheAttemptWhereItIsRecorded) {
  hop_.traceparent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
  hop_.tracestate = "rojo=1";
  const RequestHead head = forward({{"Host", "shop"}, {"traceparent", kParent}});
  EXPECT_EQ(value(head.fields, "traceparent"), hop_.traceparent);
  EXPECT_EQ(head.fields.count("traceparent"), 1u);
  EXPECT_EQ(value(head.fields, "tracestate"), "rojo=1");
}

TEST_F(TheForwardedHead, LeavesTheTraceOfOthersAsItIsWhereNobodyRecords) {
  const RequestHead head =
      forward({{"Host", "shop"}, {"traceparent", kParent}, {"tracestate", "rojo=1"}});
  EXPECT_EQ(value(head.fields, "traceparent"), kParent);
  EXPECT_EQ(value(head.fields, "tracestate"), "rojo=1");
}

TEST_F(TheForwardedHead, MakesNoTraceUpForOthersToRecord) {
  EXPECT_FALSE(forward({{"Host", "shop"}}).fields.contains("traceparent"));
  const RequestHead bad = forward({{"Host", "shop"}, {"traceparent", "no"}, {"tracestate", "a=1"}});
  EXPECT_FALSE(bad.fields.contains("traceparent"));
  EXPECT_FALSE(bad.fields.contains("tracestate"));
}

/// In hyphens; each must go in both spellings.
constexpr const char* kProxiesWords[] = {
    "X-Forwarded-Port", "X-Forwarded-Prefix",  "X-Forwarded-Server",
    "X-Forwarded-Ssl",  "X-Forwarded-Scheme",  "X-Forwarded-User",
    "X-Original-URL",   "X-Original-Host",     "X-Rewrite-URL",
    "True-Client-IP",   "X-Real-IP",           "X-Client-IP",
    "Client-IP",        "CF-Connecting-IP",    "X-Scheme",
    "Front-End-Https",  "SSL-Client-Cert",     "Proxy",
    "Remote-User",      "x-forwarded-anything"};

TEST_F(TheForwardedHead, LeavesOutWhatOnlyAProxyMaySayOfItsClient) {
  for (const char* name : kProxiesWords) {
    const RequestHead head = forward({{"Host", "shop"}, {name, "1"}, {"X-Kept", "1"}});
    EXPECT_FALSE(head.fields.contains(std::string(name))) << name;
    EXPECT_TRUE(head.fields.contains("X-Kept"));
    std::string underscored(name);
    std::ranges::replace(underscored, '-', '_');
    if (underscored != name) {
      EXPECT_FALSE(forward({{"Host", "shop"}, {underscored, "1"}}).fields.contains(underscored));
    }
  }
  for (const char* name : {"X-Requested-With", "X-HTTP-Method-Override", "Cookie", "Origin",
                           "X-Hostage", "Forwarded-By", "Proxies", "Priority"}) {
    EXPECT_TRUE(forward({{"Host", "shop"}, {name, "1"}}).fields.contains(std::string(name)))
        << name;
  }
}

TEST_F(TheForwardedHead, PassesOnWhatATrustedProxySays) {
  hop_.peer_trusted = true;
  const RequestHead head = forward({{"Host", "shop"},
                                    {"X-Forwarded-Port", "443"},
                                    {"X-Original-URL", "/a"},
                                    {"X_Original_URL", "/b"}});
  EXPECT_EQ(value(head.fields, "X-Forwarded-Port"), "443");
  EXPECT_EQ(value(head.fields, "X-Original-URL"), "/a");
  EXPECT_FALSE(head.fields.contains(std::string("X_Original_URL"))) << "nobody honest writes it so";
}

TEST_F(TheForwardedHead, TakesTheOperatorsWordForFurtherNamesAndExceptions) {
  const ClientWords words({"X-Tenant", "X-Auth-*"}, {"X-Forwarded-Prefix", "x-original_url"});
  hop_.client_words = &words;
  const RequestHead head = forward({{"Host", "shop"},
                                    {"X-Tenant", "1"},
                                    {"x_tenant", "1"},
                                    {"X-Auth-User", "1"},
                                    {"X-Forwarded-Prefix", "/a"},
                                    {"X-Original-URL", "/b"},
                                    {"X-Rewrite-URL", "/c"}});
  for (const char* name : {"X-Tenant", "x_tenant", "X-Auth-User", "X-Rewrite-URL"}) {
    EXPECT_FALSE(head.fields.contains(std::string(name))) << name;
  }
  EXPECT_EQ(value(head.fields, "X-Forwarded-Prefix"), "/a");
  EXPECT_EQ(value(head.fields, "X-Original-URL"), "/b");
}

TEST(TheTrailers, SayNothingOfClientsEither) {
  Fields trailers{{"X-Sum", "1"}};
  for (const char* name : kProxiesWords) trailers.add(name, "1");
  const Fields passed = trailers_to_pass_on(trailers, {}, {});
  EXPECT_EQ(passed, (Fields{{"X-Sum", "1"}}));
  EXPECT_TRUE(trailers_to_pass_on({{"X-Sum", "1"}}, {}, {}, ClientWords({"X-Sum"}, {})).empty());
}

TEST_F(TheForwardedHead, LeavesOutWhatIsWithheldWhoeverSaysItAndSaysItAnewWhereItIsTold) {
  const std::vector<std::string> withheld = {"X-Side"};
  hop_.withheld = withheld;
  for (const bool trusted : {false, true}) {
    hop_.peer_trusted = trusted;
    const Fields said = {{"Host", "a"}, {"x-side", "new s3cret"}, {"X_Side", "new s3cret"}};
    EXPECT_FALSE(forward(said).fields.contains("X-Side"));
    const RequestHead told = forward(said, {{"X-Side", "new"}});
    EXPECT_EQ(value(told.fields, "X-Side"), "new");
    EXPECT_EQ(told.fields.count("X-Side"), 1u);
    EXPECT_FALSE(told.fields.contains(std::string_view("X_Side"))) << "which CGI reads as the same";
  }
  EXPECT_TRUE(trailers_to_pass_on({{"X-Side", "new"}}, {}, {}, {}, withheld).empty());
}

TEST_F(TheForwardedHead, SaysThatATesterHasChosenTheSide) {
  hop_.routing = RoutingStamp{"catalog", Side::Remote, 7};
  const Fields lies = {{"Host", "a"}, {"Banyan-Forced", "catalog"}};
  EXPECT_FALSE(forward(lies).fields.contains("Banyan-Forced"));
  hop_.routing->forced = true;
  const RequestHead head = forward(lies);
  EXPECT_EQ(value(head.fields, "Banyan-Routing"), "catalog=remote;rev=7");
  EXPECT_EQ(value(head.fields, "Banyan-Forced"), "catalog");
  EXPECT_EQ(head.fields.count("Banyan-Forced"), 1u);
}

TEST_F(TheForwardedHead, SaysWhereTheClientsPathsBegin) {
  hop_.prefix = "/shop";
  EXPECT_EQ(
      value(forward({{"Host", "a"}, {"X-Forwarded-Prefix", "/x"}}).fields, "X-Forwarded-Prefix"),
      "/shop");
  hop_.peer_trusted = true;
  const RequestHead head = forward({{"Host", "a"}, {"X-Forwarded-Prefix", "/outer/"}});
  EXPECT_EQ(value(head.fields, "X-Forwarded-Prefix"), "/outer/shop");
  EXPECT_EQ(head.fields.count("X-Forwarded-Prefix"), 1u);
  hop_.prefix = {};
  EXPECT_EQ(value(forward({{"Host", "a"}, {"X-Forwarded-Prefix", "/outer"}}).fields,
                  "X-Forwarded-Prefix"),
            "/outer");
}

TEST_F(TheForwardedHead, SaysAnotherDestinationWhereItIsTold) {
  hop_.destination = "/v2/b";
  const RequestHead head = forward({{"Host", "a"}, {"Destination", "http://a/shop/b"}});
  EXPECT_EQ(value(head.fields, "Destination"), "/v2/b");
  EXPECT_EQ(head.fields.count("Destination"), 1u);
}

TEST_F(TheForwardedHead, CombinesTheStatesOfATraceInTheirOrder_RFC9110_5_3) {
  const RequestHead head = forward({{"Host", "shop"},
                                    {"traceparent", kParent},
                                    {"tracestate", ""},
                                    {"tracestate", "rojo=1"},
                                    {"tracestate", "congo=2"}});
  EXPECT_EQ(value(head.fields, "tracestate"), "rojo=1,congo=2");
  EXPECT_EQ(head.fields.count("tracestate"), 1u);
}

TEST_F(TheForwardedHead, DoesNotChooseBetweenTwoTraces) {
  const RequestHead head = forward({{"Host", "shop"},
                                    {"traceparent", kParent},
                                    {"traceparent", kParent},
                                    {"tracestate", "a=1"}});
  EXPECT_FALSE(head.fields.contains("traceparent"));
  EXPECT_FALSE(head.fields.contains("tracestate"));
}

TEST_F(TheForwardedHead, CallerSuppliedFieldsComeBeforeEverything) {
  const RequestHead head =
      forward({{"Host", "shop"}, {"X-Correlation-Id", "theirs"}, {"Idempotency-Key", "k"}},
              {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
               {"X-Correlation-Id", "ours"}});
  EXPECT_EQ(value(head.fields, "X-Correlation-Id"), "ours");
  EXPECT_EQ(head.fields.count("X-Correlation-Id"), 1u);
  EXPECT_EQ(value(head.fields, "traceparent"),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(head.fields.count("traceparent"), 1u);
  EXPECT_EQ(value(head.fields, "Idempotency-Key"), "k");
}

TEST_F(TheForwardedHead, KeepsSeveralFieldsOfOneNameInTheirOrder_RFC9110_5_3) {
  const RequestHead head = forward({{"Host", "shop"}, {"X-A", "1"}, {"X-B", "2"}, {"X-A", "3"}});
  std::string order;
  for (const auto field : head.fields) {
    if (field.name == "X-A" || field.name == "X-B") order += field.value;
  }
  EXPECT_EQ(order, "123");
}

TEST_F(TheForwardedHead, CleansAnswersToo) {
  ResponseHead head{200,
                    "Fine",
                    {{"Connection", "X-Inner"},
                     {"X-Inner", "1"},
                     {"Keep-Alive", "timeout=1"},
                     {"Banyan-Node", "3"},
                     {"X-Request-Id", "theirs"},
                     {"Set-Cookie", "a=1"},
                     {"Set-Cookie", "b=2"},
                     {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}},
                    1};
  turn_into_our_answer(head, {{"X-Strangler", "route=a"}});
  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(head.reason, "Fine");
  for (const char* name : {"Connection", "X-Inner", "Keep-Alive", "Banyan-Node", "X-Request-Id"}) {
    EXPECT_FALSE(head.fields.contains(name)) << name;
  }
  EXPECT_EQ(head.fields.count("Set-Cookie"), 2u);
  EXPECT_TRUE(head.fields.contains("Date"));
  EXPECT_EQ(value(head.fields, "X-Strangler"), "route=a");
}

}  // namespace
}  // namespace banyan::strangler
