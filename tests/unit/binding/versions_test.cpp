// SPDX-License-Identifier: Apache-2.0
// What has versions, over a wire: If-Match, ETag, 412 and 428.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "banyan/binding/loopback_transport.hpp"
#include "banyan/binding/openapi.hpp"
#include "banyan/binding/operation_table.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/binding/problem.hpp"
#include "versioned_port.hpp"

namespace {

using banyan::binding::error_from;
using banyan::binding::OperationTable;
using banyan::binding::PortBinding;
using banyan::http::Response;
using Json = nlohmann::json;

class Versions : public testing::Test {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  Response send(const std::string& method, const std::string& body, const Headers& headers = {}) {
    banyan::http::Request request{{method, "/notes/a", 1, {}}, body};
    if (!body.empty()) request.head.fields.add("Content-Type", "application/json");
    for (const auto& [name, value] : headers) request.head.fields.add(name, value);
    return (*table_.match(method, "/notes/a"))->answer(request, context_);
  }
  Response write(const std::string& if_match) {
    return send("PUT", R"({"text":"b"})", {{"If-Match", if_match}});
  }
  static std::string tag(const Response& response) {
    return std::string(response.head.fields.find("ETag").value_or("(none)"));
  }

  versioned::OneNote desk_;
  OperationTable table_{
      PortBinding<versioned::Desk>::bind(desk_, banyan::no_observer(), banyan::system_clock())};
  banyan::Context context_ = banyan::Context::begin(std::chrono::seconds(5), banyan::system_clock(),
                                                    banyan::system_random());
};

TEST_F(Versions, WhatWasReadCanBeChangedOnceByItsTag) {
  const std::string read = tag(send("GET", ""));
  EXPECT_TRUE(read.starts_with("\"v1.")) << read;

  const Response first = write(read);
  EXPECT_EQ(first.head.status, 200U) << first.body;
  EXPECT_EQ(tag(first), "\"v2\"");
  const Response second = write(read);
  EXPECT_EQ(second.head.status, 412U);
  EXPECT_EQ(error_from(second).rule, "desk.changed_meanwhile");
  EXPECT_EQ(error_from(second).code, banyan::ErrorCode::Conflict);
  EXPECT_EQ(desk_.note.version, 2);

  EXPECT_EQ(write(tag(first)).head.status, 200U) << "the answer to a write has the next tag";
}

TEST_F(Versions, EveryRepresentationHasItsTagAndAllOfThemTheVersion) {
  const std::string json = tag(send("GET", ""));
  const std::string hal = tag(send("GET", "", {{"Accept", "application/hal+json"}}));
  EXPECT_NE(json, hal);
  EXPECT_EQ(write(hal).head.status, 200U);
}

TEST_F(Versions, ATagThatNothingOfOursHasIsNeverMatched) {
  for (const char* const strange : {"\"nope\"", "W/\"v1\"", "v1", "\"v\"", "\"v0\"", "\"v-1\"",
                                    "\"v1x\"", "\"v99999999999999999999\"", "\"\"", ","}) {
    EXPECT_EQ(write(strange).head.status, 412U) << strange;
    EXPECT_EQ(desk_.wanted, banyan::kNoVersion) << strange;
  }
  EXPECT_EQ(desk_.note.version, 1);
}

TEST_F(Versions, OneOfSeveralTagsIsEnough) {
  EXPECT_EQ(write("\"nope\", \"v1\"").head.status, 200U);
  EXPECT_EQ(write("\"v2\", \"v2.00ff\"").head.status, 200U);
  const Response several = write("\"v2\", \"v3\"");
  EXPECT_EQ(several.head.status, 400U);
  EXPECT_EQ(error_from(several).rule, "banyan.invalid_header");
}

TEST_F(Versions, WhoeverSaysNoneIsBoundToNone) {
  EXPECT_EQ(send("PUT", R"({"text":"b"})").head.status, 200U);
  EXPECT_EQ(desk_.wanted, std::nullopt);
  EXPECT_EQ(write(" * ").head.status, 200U);
  EXPECT_EQ(desk_.wanted, std::nullopt);
}

TEST_F(Versions, TheVersionTravelsInTheHeaderOnly) {
  const Response refused = send("PUT", R"({"text":"b","if_version":1})");
  EXPECT_EQ(refused.head.status, 400U);
  EXPECT_EQ(error_from(refused).rule, "banyan.invalid_request");
}

TEST_F(Versions, AnOperationMayInsistOnOne) {
  for (const Headers& headers : {Headers{}, Headers{{"If-Match", "*"}}}) {
    const Response refused = send("DELETE", "", headers);
    EXPECT_EQ(refused.head.status, 428U);
    EXPECT_EQ(error_from(refused).rule, "banyan.version_missing");
  }
  EXPECT_EQ(desk_.wanted, -1) << "it was not asked";
  EXPECT_EQ(send("DELETE", "", {{"If-Match", "\"v1\""}}).head.status, 200U);
}

TEST_F(Versions, CallersByValueAndFromAfarAreTreatedAlike) {
  banyan::binding::LoopbackTransport transport(table_, banyan::system_clock(),
                                               banyan::system_random());
  const auto far = PortBinding<versioned::Desk>::remote(transport, banyan::no_observer(), "remote",
                                                        banyan::system_clock());
  const auto near = banyan::bind_in_process<versioned::Desk>(desk_, banyan::no_observer(),
                                                             banyan::system_clock());
  for (versioned::Desk* desk : {far.get(), near.get()}) {
    const std::int64_t version = desk->handle(versioned::GetNote{"a"}, context_)->version;
    ASSERT_TRUE(desk->handle(versioned::WriteNote{"a", "x", version}, context_));
    const auto late = desk->handle(versioned::WriteNote{"a", "y", version}, context_);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().rule, "desk.changed_meanwhile");
    EXPECT_EQ(late.error().code, banyan::ErrorCode::Conflict);
    ASSERT_TRUE(desk->handle(versioned::WriteNote{"a", "z"}, context_));
    EXPECT_EQ(desk_.wanted, std::nullopt);
    ASSERT_TRUE(desk->handle(versioned::EraseNote{"a", version + 2}, context_));
  }
}

TEST_F(Versions, TheDocumentTellsOfThem) {
  const Json document =
      Json::parse(banyan::binding::openapi({.title = "Notes", .version = "1", .description = ""},
                                           {PortBinding<versioned::Desk>::describe()}));
  const Json& write = document["paths"]["/notes/{name}"]["put"];
  EXPECT_EQ(write["parameters"][1]["name"], "If-Match");
  EXPECT_EQ(write["parameters"][1]["in"], "header");
  EXPECT_FALSE(write["parameters"][1].contains("required"));
  EXPECT_TRUE(write["responses"].contains("412"));
  EXPECT_FALSE(write["responses"].contains("428"));
  EXPECT_TRUE(write["responses"]["200"]["headers"].contains("ETag"));
  const Json& body = write["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_FALSE(body["properties"].contains("if_version")) << body;
  const Json& erase = document["paths"]["/notes/{name}"]["delete"];
  EXPECT_EQ(erase["parameters"][1]["required"], true);
  EXPECT_TRUE(erase["responses"].contains("428"));
}

}  // namespace
