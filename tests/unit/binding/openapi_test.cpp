// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/openapi.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "demo_port.hpp"

namespace {

using Json = nlohmann::json;
using banyan::binding::PortBinding;

class OpenApi : public testing::Test {
 protected:
  const Json document = Json::parse(
      banyan::binding::openapi({.title = "Things", .version = "1.2.3", .description = ""},
                               {PortBinding<demo::Demo>::describe()}));
  const Json& paths = document["paths"];
  const Json for_modules = Json::parse(
      banyan::binding::openapi({.title = "Things", .version = "1.2.3", .description = ""},
                               {PortBinding<demo::Demo>::describe()}, banyan::Audience::Internal));
};

TEST_F(OpenApi, LeavesWhatIsInternalOutOfThePublicDocument) {
  EXPECT_FALSE(paths.contains("/things/{id}/polish"));
  EXPECT_TRUE(for_modules["paths"].contains("/things/{id}/polish"));
}

TEST_F(OpenApi, SaysWhereWhatWasMadeIsAndThatAnAnswerMayBeAReplay) {
  const Json& headers = paths["/things"]["post"]["responses"]["201"]["headers"];
  EXPECT_EQ(headers["Location"]["description"], "Where it is: /things/{id}");
  EXPECT_TRUE(headers.contains("Idempotent-Replayed"));
  EXPECT_FALSE(paths["/things"]["get"]["responses"]["200"]["headers"].contains("Location"));
}

TEST_F(OpenApi, SaysWhatClientsMayAskOfAnAnswer) {
  const Json& list = paths["/things"]["get"]["responses"];
  EXPECT_TRUE(list["200"]["headers"].contains("ETag"));
  EXPECT_TRUE(list["200"]["headers"].contains("Link"));
  EXPECT_TRUE(list.contains("304"));
  EXPECT_TRUE(list["200"]["content"].contains("application/hal+json"));

  const Json& making = paths["/things"]["post"]["responses"];
  EXPECT_TRUE(making["202"]["headers"].contains("Location"));
  EXPECT_TRUE(making["202"]["headers"].contains("Retry-After"));
  EXPECT_TRUE(making["default"]["headers"].contains("Retry-After"));
  EXPECT_FALSE(making.contains("304"));
  EXPECT_FALSE(paths["/things/{id}"]["get"]["responses"]["200"]["headers"].contains("Link"));
}

TEST_F(OpenApi, TellsWorkThatGoesOnFromWorkThatIsDone) {
  const Json& renaming = paths["/things/{id}/name"]["put"]["responses"];
  EXPECT_FALSE(renaming["200"].contains("headers"));
  EXPECT_EQ(renaming["202"]["description"],
            "Accepted: the work goes on. Location says how far it is.");
  EXPECT_EQ(renaming["202"]["headers"]["Location"]["description"],
            "Where to look how far it is: /things/{id}");
  EXPECT_TRUE(renaming["202"]["headers"].contains("Retry-After"));
  EXPECT_FALSE(renaming["202"]["content"]["application/json"].contains("examples"));

  const Json& making = paths["/things"]["post"]["responses"];
  const auto example = [&making](const char* status) {
    return making[status]["content"]["application/json"]["examples"]["example"]["value"];
  };
  EXPECT_EQ(example("202").value("colour", ""), "red");
  EXPECT_FALSE(example("201").contains("colour")) << example("201");
  EXPECT_FALSE(paths["/things/{id}"]["get"]["responses"].contains("202"));
}

TEST_F(OpenApi, DoesNotPromiseThatNothingHappened) {
  const auto text = [&](const char* path, const char* method) {
    return paths[path][method]["responses"]["default"]["description"].get<std::string>();
  };
  EXPECT_EQ(text("/things", "get"), "It did not happen, and why.");
  EXPECT_NE(text("/things", "post").find("500 and more it may have happened"), std::string::npos);
  EXPECT_NE(text("/things", "post").find("same Idempotency-Key"), std::string::npos);
  EXPECT_NE(text("/broken-things/{name}", "delete").find("look at what is there"),
            std::string::npos);
}

TEST_F(OpenApi, PublishesBoundsAndWhatIsUsual) {
  const Json& limit = paths["/things"]["get"]["parameters"][3];
  EXPECT_EQ(limit["name"], "limit");
  EXPECT_EQ(limit["schema"]["minimum"], 1);
  EXPECT_EQ(limit["schema"]["maximum"], 100);
  EXPECT_EQ(limit["schema"]["default"], 10);
}

TEST_F(OpenApi, HasAPathForEachResourceAndATagForEachModule) {
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["info"], Json::parse(R"({"title": "Things", "version": "1.2.3"})"));
  EXPECT_EQ(document["tags"][0]["name"], "demo");
  EXPECT_EQ(paths["/things"]["post"]["tags"], Json::parse(R"(["demo"])"));
  EXPECT_EQ(paths["/things"]["post"]["operationId"], "demo.make_thing");
  EXPECT_EQ(paths.size(), 4U);
  EXPECT_EQ(for_modules["paths"].size(), 5U);
}

TEST_F(OpenApi, TellsParametersFromBodies) {
  const Json& find = paths["/things"]["get"]["parameters"];
  EXPECT_EQ(find[0], Json::parse(R"({"name": "text", "in": "query", "required": true,
                                     "schema": {"type": "string"},
                                     "examples": {"example": {"value": "a"}}})"));
  EXPECT_EQ(find[2]["schema"]["type"], "array");
  EXPECT_FALSE(find[2].contains("required"));
  const Json& rename = paths["/things/{id}/name"]["put"];
  EXPECT_EQ(rename["parameters"][0]["in"], "path");
  EXPECT_EQ(rename["requestBody"]["content"]["application/json"]["schema"]["required"],
            Json::parse(R"(["name"])"));
  EXPECT_FALSE(for_modules["paths"]["/things/{id}/polish"]["put"].contains("requestBody"));
}

TEST_F(OpenApi, PublishesEffectIdempotencyAndConditions) {
  const Json& make = paths["/things"]["post"];
  EXPECT_EQ(make["x-banyan-effect"], "write");
  EXPECT_EQ(make["x-banyan-idempotency"], "by_key");
  EXPECT_EQ(make["parameters"][0]["$ref"], "#/components/parameters/IdempotencyKey");
  EXPECT_EQ(make["summary"], "Makes a thing.");
  EXPECT_EQ(
      make["description"],
      "Before: no other thing has the name.\n\nAfter: the thing is there, once for each key.");
  EXPECT_TRUE(make["responses"].contains("201"));
}

TEST_F(OpenApi, IsStrictAboutRequestsAndLeavesAnswersRoomToGrow) {
  const Json& schemas = document["components"]["schemas"];
  std::size_t strict = 0;
  std::size_t open = 0;
  for (const auto& [name, schema] : schemas.items()) {
    if (!schema.contains("properties") || name == "Problem") continue;
    schema.contains("additionalProperties") ? ++strict : ++open;
  }
  EXPECT_EQ(schemas["demo.MakeThing"]["additionalProperties"], false);
  EXPECT_GT(strict, 0U);
  EXPECT_GT(open, 0U);
}

TEST_F(OpenApi, NamesTheRulesThatAnOperationMayBreak) {
  const Json& problem = paths["/things"]["post"]["responses"]["default"]["content"]
                             ["application/problem+json"]["schema"]["allOf"][1];
  EXPECT_EQ(problem["properties"]["rule"]["anyOf"][0]["enum"],
            Json::parse(R"(["demo.name_taken", "demo.too_dear"])"));
}

TEST_F(OpenApi, ShowsExamplesWhereTheirPartsTravel) {
  const Json& make = paths["/things"]["post"];
  const Json& asked = make["requestBody"]["content"]["application/json"]["examples"];
  EXPECT_EQ(
      asked["example"]["value"],
      Json::parse(R"({"name": "lamp", "colour": "red", "parts": [{"name": "bulb", "count": 2}],
                            "price": {"minor_units": 999, "currency": "EUR"}})"));
  EXPECT_EQ(make["responses"]["201"]["content"]["application/json"]["examples"]["example"]["value"]
                ["name"],
            "lamp");
  const Json& find = paths["/things"]["get"]["parameters"];
  EXPECT_EQ(find[0]["examples"]["example"]["value"], "a");
  EXPECT_EQ(find[3]["examples"]["example"]["value"], 10);
  EXPECT_FALSE(find[4].contains("examples")) << "it is left out";
  EXPECT_FALSE(paths["/things/{id}"]["get"]["parameters"][0].contains("examples"));
}

TEST_F(OpenApi, ShowsErrorsAsTheyAreAnswered) {
  const Json& problems = paths["/things"]["post"]["responses"]["default"]["content"]
                              ["application/problem+json"]["examples"];
  ASSERT_EQ(problems.size(), 1U);
  const Json& taken = problems["demo.name_taken"]["value"];
  EXPECT_EQ(taken["status"], 409);
  EXPECT_EQ(taken["code"], "already_exists");
  EXPECT_EQ(taken["rule"], "demo.name_taken");
  EXPECT_EQ(taken["detail"], "there is a lamp already");
  EXPECT_FALSE(
      paths["/things"]["get"]["responses"]["default"]["content"]["application/problem+json"]
          .contains("examples"))
      << "it cannot break that rule";
}

}  // namespace
