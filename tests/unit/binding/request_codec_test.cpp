// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/request_codec.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/problem.hpp"
#include "demo_port.hpp"

namespace {

using banyan::Context;
using banyan::Detail;
using banyan::Error;
using banyan::binding::error_from;
using banyan::binding::OperationTable;
using banyan::binding::PortBinding;
using banyan::http::Request;
using banyan::http::Response;

const std::string kId = demo::thing_id(1).str();
const std::string kOther = demo::thing_id(2).str();

class Served : public testing::Test {
 protected:
  Response ask(std::string method, std::string target, std::string body = {},
               std::string_view type = "application/json") {
    Request request{{std::move(method), std::move(target), 1, {}}, std::move(body)};
    if (!request.body.empty() && !type.empty()) request.head.fields.add("Content-Type", type);
    const auto found = table.match(request.head.method, request.head.target);
    return found ? (*found)->answer(request, context) : found.error();
  }

  demo::DemoModule module;
  OperationTable table{
      PortBinding<demo::Demo>::bind(module, banyan::no_observer(), banyan::system_clock())};
  Context context =
      Context::begin(std::chrono::seconds(5), banyan::system_clock(), banyan::system_random())
          .with_key("key-1");
};

TEST_F(Served, ReadsPathParameters) {
  const Response response = ask("GET", "/things/" + kId);

  EXPECT_EQ(response.head.status, 200U);
  EXPECT_EQ(response.head.fields.find("Content-Type"), "application/json");
  EXPECT_EQ(response.body,
            R"({"id":")" + kId +
                R"(","name":"found","parts":[],"price":{"minor_units":0,"currency":"EUR"}})");
}

TEST_F(Served, ReadsTheQuery) {
  const Response response =
      ask("GET", "/things?limit=10&ids=" + kId + "&text=a%26b+c%2B&colour=dark_blue&ids=" + kOther);

  EXPECT_EQ(response.body,
            R"({"asked":["a&b c+","blue",")" + kId + R"(",")" + kOther + R"(","10"]})");
}

TEST_F(Served, ReadsTheBodyAndAnswersACreationWith201) {
  const Response response = ask(
      "POST", "/things",
      R"({"name":"lamp","parts":[{"name":"bulb","count":2}],"price":{"minor_units":999,"currency":"EUR"}})",
      "Application/JSON; charset=utf-8");

  EXPECT_EQ(response.head.status, 201U) << response.body;
  EXPECT_EQ(response.head.fields.find("Location"), "/things/" + demo::thing_id(7).str());
  EXPECT_NE(response.body.find(R"("name":"bulb","count":2)"), std::string::npos);
}

TEST_F(Served, ReadsPathAndBodyTogether) {
  EXPECT_NE(ask("PUT", "/things/" + kId + "/name", R"({"name":"b"})").body.find("dark_blue"),
            std::string::npos);
}

TEST_F(Served, NeedsNoBodyWhereThereIsNothingToSay) {
  EXPECT_EQ(ask("PUT", "/things/" + kId + "/polish").head.status, 200U);
  EXPECT_EQ(ask("PUT", "/things/" + kId + "/polish", "{}").body, "{}");
}

TEST_F(Served, AnswersWrongMethodsWithTheRightOnes) {
  const Response response = ask("PATCH", "/things/" + kId);

  EXPECT_EQ(response.head.status, 405U);
  EXPECT_EQ(response.head.fields.find("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(error_from(response).rule, "banyan.method_not_allowed");
}

TEST_F(Served, TellsWhoAsksWhatThereIs) {
  const Response response = ask("OPTIONS", "/things");

  EXPECT_EQ(response.head.status, 204U);
  EXPECT_EQ(response.head.fields.find("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(ask("OPTIONS", "/nothing").head.status, 404U);
}

TEST_F(Served, MakesNothingDependOnAVersionThatIsNotThere) {
  const auto conditional = [&](std::string method, std::string target, std::string_view field,
                               std::string_view value) {
    Request request{{std::move(method), std::move(target), 1, {}}, {}};
    request.head.fields.add(field, value);
    const auto found = table.match(request.head.method, request.head.target);
    return (*found)->answer(request, context);
  };
  const std::string polish = "/things/" + kId + "/polish";

  const Response refused = conditional("PUT", polish, "If-Match", "\"nope\"");
  EXPECT_EQ(refused.head.status, 400U);
  EXPECT_EQ(error_from(refused).rule, "banyan.no_version");
  EXPECT_EQ(conditional("PUT", polish, "If-Match", "*").head.status, 400U);
  EXPECT_EQ(conditional("PUT", polish, "If-None-Match", "*").head.status, 400U);
  EXPECT_EQ(conditional("GET", "/things/" + kId, "If-Match", "W/\"7\"").head.status, 400U);
  EXPECT_EQ(module.calls, 0);

  EXPECT_EQ(conditional("GET", "/things/" + kId, "If-Match", " * ").head.status, 200U);
  EXPECT_EQ(conditional("GET", "/things/" + kId, "If-None-Match", "\"a\"").head.status, 200U);
  EXPECT_EQ(conditional("PUT", polish, "If-None-Match", "\"a\", \"b\"").head.status, 200U)
      << "no version is one of these";
  EXPECT_EQ(conditional("PUT", polish, "If-Unmodified-Since", "Sat, 29 Oct 1994 19:43:31 GMT")
                .head.status,
            200U)
      << "ignored where there is no date";
}

TEST_F(Served, AnswersUnknownPathsWith404) {
  const Response response = ask("GET", "/nothing");
  EXPECT_EQ(response.head.status, 404U);
  EXPECT_EQ(error_from(response).rule, "banyan.no_such_resource");
}

TEST_F(Served, AnswersMalformedPathsWith400) {
  EXPECT_EQ(error_from(ask("GET", "/things/%2e%2e")).rule, "banyan.bad_path");
}

TEST_F(Served, WantsTheKeyOfAnOperationThatIsIdempotentByKey) {
  context.idempotency_key.reset();

  const Error error = error_from(ask(
      "POST", "/things", R"({"name":"x","parts":[],"price":{"minor_units":1,"currency":"EUR"}})"));

  EXPECT_EQ(error.rule, "banyan.idempotency_key_missing");
  EXPECT_EQ(module.calls, 0);
}

TEST_F(Served, WantsJsonForABody) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded"}) {
    const Response response = ask("PUT", "/things/" + kId + "/name", R"({"name":"b"})", type);
    EXPECT_EQ(response.head.status, 415U) << type;
    EXPECT_EQ(error_from(response).rule, "banyan.unsupported_media_type");
  }
}

struct Wrong {
  const char* name;
  std::string method;
  std::string target;
  std::string body;
  std::vector<Detail> details;
  friend void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }
};

class WrongRequest : public Served, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongRequest, IsRefusedWithEveryPlaceAndReason) {
  const Wrong& wrong = GetParam();

  const Response response = ask(wrong.method, wrong.target, wrong.body);

  EXPECT_EQ(response.head.status, 400U);
  const Error error = error_from(response);
  EXPECT_EQ(module.calls, 0);
  ASSERT_EQ(error.details.size(), wrong.details.size()) << error.message;
  for (std::size_t i = 0; i < error.details.size(); ++i) {
    EXPECT_EQ(error.details[i].where, wrong.details[i].where);
    EXPECT_EQ(error.details[i].problem, wrong.details[i].problem);
  }
}

const Detail kBadId{"/id", "expected an id: thg_ and 32 lower-case hexadecimal digits, got \"7\""};

INSTANTIATE_TEST_SUITE_P(
    Requests, WrongRequest,
    testing::ValuesIn(std::vector<Wrong>{
        Wrong{"IdInPath", "GET", "/things/7", "", {kBadId}},
        Wrong{"MissingInQuery",
              "GET",
              "/things",
              "",
              {{"/text", "missing in the query; expected a string"}}},
        Wrong{"UnknownKey",
              "GET",
              "/things?text=a&page=2",
              "",
              {{"/page", "unknown in the query; known are text, colour, ids, limit, cursor"}}},
        Wrong{"MisspeltKey",
              "GET",
              "/things?text=a&color=red",
              "",
              {{"/color", "unknown in the query; did you mean \"colour\"?"}}},
        Wrong{"UnknownKeyWhereNoneIs",
              "GET",
              "/things/" + kId + "?verbose=1",
              "",
              {{"/verbose", "unknown in the query; there are no parameters here"}}},
        Wrong{"PathParameterInQuery",
              "GET",
              "/things/" + kId + "?id=" + kId,
              "",
              {{"/id", "is given by the path: leave it out of the query"}}},
        Wrong{"TwiceInQuery", "GET", "/things?text=a&text=b", "", {{"/text", "is there twice"}}},
        Wrong{"OptionalTwice",
              "GET",
              "/things?text=a&limit=1&limit=2",
              "",
              {{"/limit", "is there twice"}}},
        Wrong{"NoValue", "GET", "/things?text", "", {{"/text", "needs a value: text=…"}}},
        Wrong{"NoName",
              "GET",
              "/things?text=a&=1",
              "",
              {{"", "the query holds \"=1\", which is not name=value"}}},
        Wrong{"BadEscape",
              "GET",
              "/things?text=%G0",
              "",
              {{"/text", "is malformed: bad escape or not UTF-8"}}},
        Wrong{"BadEnumerator",
              "GET",
              "/things?text=a&colour=Red",
              "",
              {{"/colour", "expected one of red, dark_blue, got \"Red\"; did you mean \"red\"?"}}},
        Wrong{"BadElement",
              "GET",
              "/things?text=a&ids=" + kId + "&ids=7",
              "",
              {{"/ids/1", kBadId.problem}}},
        Wrong{"TooManyElements",
              "GET",
              "/things?text=a&ids=" + kId + "&ids=" + kId + "&ids=" + kId,
              "",
              {{"/ids", "may have at most 2 items, has 3"}}},
        Wrong{"AboveTheLimit",
              "GET",
              "/things?text=a&limit=101",
              "",
              {{"/limit", "must be at most 100, got 101"}}},
        Wrong{"NotAnInteger",
              "GET",
              "/things?text=a&limit=ten",
              "",
              {{"/limit", "expected an integer of 64 bits, got \"ten\""}}},
        Wrong{"LeadingZero",
              "GET",
              "/things?text=a&limit=010",
              "",
              {{"/limit", "expected an integer of 64 bits, got \"010\""}}},
        Wrong{"Fraction",
              "GET",
              "/things?text=a&limit=1.5",
              "",
              {{"/limit", "expected an integer of 64 bits, got \"1.5\""}}},
        Wrong{"NulInQuery",
              "GET",
              "/things?text=%00",
              "",
              {{"/text", "must not contain the character U+0000"}}},
        Wrong{"BodyOfARead",
              "GET",
              "/things/" + kId,
              "{}",
              {{"", "a body is not expected here: use the query"}}},
        Wrong{"QueryOfAWrite",
              "PUT",
              "/things/" + kId + "/name?name=x",
              R"({"name":"x"})",
              {{"", "a query is not expected here: use the JSON body"}}},
        Wrong{"EmptyBody",
              "PUT",
              "/things/" + kId + "/name",
              "",
              {{"/name", "missing; expected a string"}}},
        Wrong{"PathParameterInBody",
              "PUT",
              "/things/" + kId + "/name",
              R"({"id":")" + kId + R"(","name":"x"})",
              {{"/id", "is given by the path: leave it out of the body"}}},
        Wrong{"FieldWhereNoneIs",
              "PUT",
              "/things/" + kId + "/polish",
              R"({"wax":true})",
              {{"/wax", "unknown field; there are none here"}}},
        Wrong{"SeveralPlaces",
              "PUT",
              "/things/7/name",
              R"({"nam":1})",
              {kBadId,
               {"/nam", "unknown field; did you mean \"name\"?"},
               {"/name", "missing; expected a string"}}}}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(RequestCodec, KeepsPathValuesThatWouldBecomeAnotherPathAtHome) {
  const banyan::binding::PortDescription port = PortBinding<demo::Demo>::describe();
  const auto& broken = port.operations.back();
  const banyan::binding::RequestCodec codec(*broken.operation, broken.at, *broken.request);
  for (const char* name : {"", "..", "a/b", "\n"}) {
    const demo::BreakThing operation{name};
    const auto request = codec.write(&operation);
    ASSERT_FALSE(request) << name;
    EXPECT_EQ(request.error().details.at(0).where, "/name");
  }
  const demo::BreakThing odd{"50% ä?#&"};
  EXPECT_EQ(codec.write(&odd)->head.target, "/broken-things/50%25%20%C3%A4%3F%23%26");
}

}  // namespace
