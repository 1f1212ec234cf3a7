// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/presentation.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/port_binding.hpp"
#include "demo_port.hpp"

namespace {

using banyan::binding::OperationTable;
using banyan::binding::PortBinding;
using banyan::http::Response;
using Json = nlohmann::json;

class Presentation : public testing::Test {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  Response ask(const std::string& target, const Headers& headers = {}) {
    return send("GET", target, {}, headers);
  }

  Response send(const std::string& method, const std::string& target, const std::string& body,
                const Headers& headers = {}) {
    banyan::http::Request request{{method, target, 1, {}}, body};
    if (!body.empty()) request.head.fields.add("Content-Type", "application/json");
    for (const auto& [name, value] : headers) request.head.fields.add(name, value);
    return (*table_.match(method, target))->answer(request, context_);
  }

  std::string field(const Response& response, std::string_view name) {
    return std::string(response.head.fields.find(name).value_or("(none)"));
  }

  Json links(const std::string& target) {
    const Response answer = ask(target, {{"Accept", "application/hal+json"}});
    EXPECT_EQ(field(answer, "Content-Type"), "application/hal+json");
    return Json::parse(answer.body)["_links"];
  }

  banyan::ManualClock clock_{{}, banyan::system_clock().steady()};
  banyan::SeededRandom random_{1};
  demo::DemoModule module_;
  OperationTable table_{PortBinding<demo::Demo>::bind(module_, banyan::no_observer(), clock_)};
  banyan::Context context_ = banyan::Context::begin(std::chrono::seconds(5), clock_, random_);
  const std::string thing_ = "/things/" + demo::thing_id(7).str();
};

TEST_F(Presentation, AnAnswerThatIsKnownAlreadyIsNotSentAgain) {
  const Response first = ask(thing_);
  const std::string tag = field(first, "ETag");
  EXPECT_EQ(first.head.status, 200U);
  EXPECT_EQ(tag.size(), 34U) << tag;

  for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const Response again = ask(thing_, {{"If-None-Match", known}});
    EXPECT_EQ(again.head.status, 304U) << known;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(field(again, "ETag"), tag);
    EXPECT_EQ(field(again, "Content-Type"), "(none)");
  }
  EXPECT_EQ(ask(thing_, {{"If-None-Match", "\"other\""}}).body, first.body);
}

TEST_F(Presentation, OtherContentHasAnotherTag) {
  EXPECT_NE(field(ask("/things?text=a"), "ETag"), field(ask("/things?text=b"), "ETag"));
  EXPECT_NE(field(ask(thing_), "ETag"),
            field(ask(thing_, {{"Accept", "application/hal+json"}}), "ETag"));
}

TEST_F(Presentation, WhatWritesHasNoTag) {
  EXPECT_EQ(field(send("PUT", thing_ + "/name", R"({"name":"lamp"})"), "ETag"), "(none)");
}

TEST_F(Presentation, APageThatIsNotTheLastLinksToTheNext) {
  const Response page = ask("/things?text=a%26b&cursor=first&limit=1");
  EXPECT_EQ(field(page, "Link"), "</things?text=a%26b&limit=1&cursor=last%20one>; rel=\"next\"");
  EXPECT_EQ(field(ask("/things?text=a&limit=1&cursor=last%20one"), "Link"), "(none)");
  EXPECT_EQ(field(ask("/things?text=a"), "Link"), "(none)");
}

TEST_F(Presentation, LinksAreForThoseWhoAskForThem) {
  EXPECT_FALSE(Json::parse(ask(thing_).body).contains("_links"));
  EXPECT_FALSE(Json::parse(ask(thing_, {{"Accept", "*/*"}}).body).contains("_links"));
  const Json found = links(thing_);
  EXPECT_EQ(found["self"]["href"], thing_);
  EXPECT_EQ(found["rename"]["href"], thing_ + "/name");
  EXPECT_EQ(found["rename"]["name"], "rename_thing");
}

TEST_F(Presentation, AnOperationIsOfferedOnlyWhereItCanBeDone) {
  const Headers hal{{"Accept", "application/hal+json, application/json;q=0.5"}};
  const Json renamed = Json::parse(send("PUT", thing_ + "/name", R"({"name":"lamp"})", hal).body);
  EXPECT_TRUE(renamed["_links"].contains("rename"));
  const Json fixed = Json::parse(send("PUT", thing_ + "/name", R"({"name":"the one"})", hal).body);
  EXPECT_FALSE(fixed["_links"].contains("rename"));
  EXPECT_EQ(fixed["_links"]["self"]["href"], thing_);
}

TEST_F(Presentation, APageLinksToItselfAndToTheNext) {
  const Json found = links("/things?text=a&limit=1");
  EXPECT_EQ(found["self"]["href"], "/things?text=a&limit=1");
  EXPECT_EQ(found["next"]["href"], "/things?text=a&limit=1&cursor=last%20one");
}

TEST_F(Presentation, WhatIsMadeAndNotDoneIsAccepted) {
  const auto make = [this](const std::string& colour) {
    context_ = context_.with_key("key-" + colour);
    return send("POST", "/things",
                R"({"name":"lamp","parts":[],"price":{"minor_units":1,"currency":"EUR"})" +
                    (colour.empty() ? "" : ",\"colour\":\"" + colour + '"') + '}');
  };
  const Response accepted = make("red");
  EXPECT_EQ(accepted.head.status, 202U) << accepted.body;
  EXPECT_EQ(field(accepted, "Location"), thing_);
  EXPECT_EQ(field(accepted, "Retry-After"), "1");
  EXPECT_EQ(make("").head.status, 201U);
}

TEST_F(Presentation, WhatIsChangedAndNotDoneIsAcceptedTooAndSaysWhereToLook) {
  const auto rename = [this](const std::string& name) {
    return send("PUT", thing_ + "/name", R"({"name":")" + name + "\"}");
  };
  const Response accepted = rename("the lamp of the long corridor");
  EXPECT_EQ(accepted.head.status, 202U) << accepted.body;
  EXPECT_EQ(field(accepted, "Location"), thing_);
  EXPECT_EQ(field(accepted, "Retry-After"), "1");
  EXPECT_EQ(Json::parse(accepted.body)["name"], "the lamp of the long corridor");

  const Response done = rename("lamp");
  EXPECT_EQ(done.head.status, 200U) << done.body;
  EXPECT_EQ(field(done, "Location"), "(none)");
  EXPECT_EQ(field(done, "Retry-After"), "(none)");
}

TEST_F(Presentation, WhoWantsNeitherOfItsMediaTypesIsToldSoBeforeAnythingIsDone) {
  for (const char* accept : {"text/html", "application/json;q=0, text/*", "*/*;q=0"}) {
    const Response answer =
        send("PUT", thing_ + "/name", R"({"name":"lamp"})", {{"Accept", accept}});
    EXPECT_EQ(answer.head.status, 406U) << accept;
    EXPECT_EQ(Json::parse(answer.body)["rule"], "banyan.not_acceptable");
  }
  EXPECT_EQ(module_.calls, 0);
  for (const char* accept :
       {"", "*/*", "application/*", "text/html, */*;q=0.1", "application/hal+json",
        "Application/JSON; charset=utf-8; q=0.5", ", ,"}) {
    EXPECT_EQ(ask(thing_, {{"Accept", accept}}).head.status, 200U) << accept;
  }
}

}  // namespace
