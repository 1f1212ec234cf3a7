// SPDX-License-Identifier: Apache-2.0
#include "forwarding/forwarded_head.hpp"

#include <gtest/gtest.h>

#include "http/parser.hpp"
#include "kernel/context.hpp"

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
    write_request_head(head, hop_, extra, random_, writer);
    EXPECT_TRUE(writer.finish(http::Framing::none(), http::Persistence::KeepAlive));
    http::RequestParser parser;
    EXPECT_EQ(parser.step(bytes).kind, http::Step::Kind::Head) << bytes;
    return parser.head();
  }
  static std::string value(const Fields& fields, std::string_view name) {
    return std::string(fields.find(name).value_or("(none)"));
  }

  Hop hop_{.peer = "203.0.113.9", .request_id = "r-1"};
  SeededRandom random_{7};
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

TEST_F(TheForwardedHead, ContinuesTheTraceWithASpanOfItsOwn) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const RequestHead head = forward({{"Host", "shop"},
                                    {"traceparent", "00-" + trace + "-b7ad6b7169203331-01"},
                                    {"tracestate", "rojo=1"}});
  const auto seen = TraceContext::parse(value(head.fields, "traceparent"));
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->trace_id, trace);
  EXPECT_NE(seen->span_id, "b7ad6b7169203331");
  EXPECT_EQ(value(head.fields, "tracestate"), "rojo=1");
}

TEST_F(TheForwardedHead, BeginsATraceWhereThereIsNoneOrAMalformedOne) {
  const RequestHead none = forward({{"Host", "shop"}});
  EXPECT_TRUE(TraceContext::parse(value(none.fields, "traceparent")).has_value());
  const RequestHead bad = forward({{"Host", "shop"}, {"traceparent", "no"}, {"tracestate", "a=1"}});
  EXPECT_TRUE(TraceContext::parse(value(bad.fields, "traceparent")).has_value());
  EXPECT_EQ(bad.fields.count("traceparent"), 1u);
  EXPECT_FALSE(bad.fields.contains("tracestate"));
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
