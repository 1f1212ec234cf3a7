// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/problem.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "banyan/kernel/error_origin.hpp"

namespace {

using namespace std::chrono_literals;
using banyan::Error;
using banyan::ErrorCode;
using banyan::binding::error_from;
using banyan::binding::problem;

banyan::http::Response foreign(unsigned status, std::string_view type, std::string body) {
  banyan::http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", type);
  response.body = std::move(body);
  return response;
}

TEST(Problem, CrossesTheWireUnchangedForEveryCode) {
  for (int number = 0; number <= static_cast<int>(ErrorCode::Internal); ++number) {
    const Error error{static_cast<ErrorCode>(number),
                      "demo.rule",
                      "a \"message\"\nwith ä",
                      {{"/lines/0", "too many"}, {"", "all of it"}}};

    const auto response = problem(error, "correlation-1");

    EXPECT_EQ(response.head.status, http_status(error.code));
    EXPECT_EQ(error_from(response), error);
  }
}

TEST(Problem, IsAProblemDetailsDocument) {
  const auto response = problem(
      {ErrorCode::FailedPrecondition, "demo.closed", "the shop is closed", {}}, "0123456789");

  EXPECT_EQ(response.head.fields.find("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.body,
            R"({"type":"about:blank","title":"Unprocessable Content","status":422,)"
            R"("detail":"the shop is closed","code":"failed_precondition","rule":"demo.closed",)"
            R"("details":[],"correlation_id":"0123456789"})");
}

TEST(Problem, SaysWhenToComeBack) {
  const auto retry_after = [](const Error& error) {
    return std::string(problem(error).head.fields.find("Retry-After").value_or("nothing"));
  };
  EXPECT_EQ(retry_after({ErrorCode::Unavailable, "banyan.x", "", {}, 7s}), "7");
  EXPECT_EQ(retry_after({ErrorCode::ResourceExhausted, "banyan.x", "", {}}), "1");
  EXPECT_EQ(retry_after({ErrorCode::Conflict, "banyan.command_running", "", {}}), "1");
  EXPECT_EQ(retry_after({ErrorCode::Conflict, "demo.busy", "", {}, 1s}), "1");
  EXPECT_EQ(retry_after({ErrorCode::Conflict, "demo.changed", "", {}}), "nothing");
}

TEST(Problem, SaysAlsoBehindTheWireWhenToComeBack) {
  for (const ErrorCode code : {ErrorCode::Conflict, ErrorCode::Unavailable}) {
    const Error error{code, "demo.busy", "busy", {}, 7s};
    EXPECT_EQ(error_from(problem(error)), error);
  }
  auto odd = problem({ErrorCode::Conflict, "demo.busy", "busy", {}});
  odd.head.fields.add("Retry-After", "Mon, 30 Nov 2026 08:30:00 GMT");
  EXPECT_FALSE(error_from(odd).retry_after) << "no number";
  auto far = problem({ErrorCode::Conflict, "demo.busy", "busy", {}});
  far.head.fields.add("Retry-After", "4000000000");
  EXPECT_EQ(error_from(far).retry_after, 1h) << "nobody waits longer";
}

// A service without sockets would else be nobody's trouble in the eyes of whoever asks it.
TEST(Problem, OfWhatTheOtherSideCouldNotAskIsTheOtherSides) {
  for (const char* rule : {"banyan.out_of_sockets", "banyan.fault", "banyan.answer_too_large"}) {
    const Error error =
        error_from(problem({ErrorCode::Unavailable, rule, "calling money: too bad", {}}));
    EXPECT_EQ(error.rule, "banyan.dependency_failed") << rule;
    EXPECT_EQ(error.code, ErrorCode::Unavailable) << rule;
    EXPECT_EQ(error.message, "the other side could not ask what it needs: calling money: too bad");
    EXPECT_EQ(origin_of(error), banyan::ErrorOrigin::Module) << rule;
  }
  const Error its_own{ErrorCode::Internal, "banyan.fault", "it failed", {}};
  EXPECT_EQ(error_from(problem(its_own)), its_own);
}

TEST(Problem, SurvivesBytesThatAreNotText) {
  const auto error =
      error_from(problem({ErrorCode::Internal, "banyan.x", "\xC3(", {{"\xFF", "\x80"}}}));

  EXPECT_EQ(error.message, "\xEF\xBF\xBD(");
  EXPECT_EQ(error.details.at(0).where, "\xEF\xBF\xBD");
}

TEST(Problem, OfAForeignServerIsReadAsWellAsItsStatusTells) {
  const auto html = error_from(foreign(503, "text/html", "<h1>Busy</h1>"));
  EXPECT_EQ(html.code, ErrorCode::Unavailable);
  EXPECT_EQ(html.rule, "banyan.foreign_answer");

  const auto other = error_from(
      foreign(404, "application/problem+json", R"({"title":"Gone fishing","extra":{"a":1}})"));
  EXPECT_EQ(other.code, ErrorCode::NotFound);
  EXPECT_EQ(other.message, "the other side answered with status 404: Gone fishing");

  const auto engine =
      error_from(foreign(503, "application/problem+json",
                         R"({"status":503,"code":"unavailable","rule":"http.too_many_connections",)"
                         R"("detail":"too many connections"})"));
  EXPECT_EQ(engine.code, ErrorCode::Unavailable);
  EXPECT_EQ(engine.rule, "banyan.foreign_answer") << "no word of the operation's";
  EXPECT_EQ(engine.message, "the other side answered with status 503: too many connections");

  EXPECT_EQ(error_from(foreign(500, "application/problem+json", "{")).code, ErrorCode::Internal);
}

TEST(Problem, WithACodeOfANewerPeerIsInternal) {
  EXPECT_EQ(
      error_from(foreign(400, "application/problem+json", R"({"code":"brand_new","rule":"x.y"})"))
          .code,
      ErrorCode::Internal);
}

}  // namespace
