// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/problem.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "banyan/json/codec.hpp"
#include "banyan/json/utf8.hpp"

namespace banyan::http {
namespace {

constexpr std::chrono::seconds kRetryAfter{2};
constexpr std::size_t kLongestId = 128;

struct PlaceDocument {
  std::string where;
  std::string problem;
};
BOOST_DESCRIBE_STRUCT(PlaceDocument, (), (where, problem))

struct ProblemDocument {
  std::string type;
  std::string title;
  std::int32_t status = 0;
  std::string detail;
  std::string code;
  std::string rule;
  std::vector<PlaceDocument> details;
  std::optional<std::string> correlation_id;
};
BOOST_DESCRIBE_STRUCT(ProblemDocument, (),
                      (type, title, status, detail, code, rule, details, correlation_id))

}  // namespace

Response problem_answer(const Problem& problem) {
  ProblemDocument document{.type = "about:blank",
                           // RFC 9457 §4.2.1: of this type it is the phrase of the status.
                           .title = std::string(reason_phrase(problem.status)),
                           .status = static_cast<std::int32_t>(problem.status),
                           .detail = json::repaired(problem.detail),
                           .code = std::string(to_string(problem.code)),
                           .rule = json::repaired(problem.rule),
                           .details = {},
                           .correlation_id = std::nullopt};
  for (const Detail& place : problem.places) {
    document.details.push_back({json::repaired(place.where), json::repaired(place.problem)});
  }
  if (!problem.correlation_id.empty()) {
    document.correlation_id = json::repaired(problem.correlation_id);
  }
  Response response;
  response.head.status = problem.status;
  response.head.fields.add("Content-Type", kProblemType);
  response.head.fields.add("Cache-Control", "no-store");
  if (problem.retry_after) {
    response.head.fields.add("Retry-After", std::to_string(problem.retry_after->count()));
  }
  response.body = json::encode(document);
  return response;
}

Response problem_response(const Refusal& refusal, std::string_view correlation_id) {
  Problem problem{.status = refusal.status,
                  .code = code_of_refusal(refusal.status),
                  .rule = refusal.name,
                  .detail = refusal.message,
                  .correlation_id = correlation_id};
  if (refusal.status == 503) problem.retry_after = kRetryAfter;
  return problem_answer(problem);
}

std::optional<std::chrono::seconds> retry_after(const ResponseHead& head) {
  constexpr std::chrono::seconds kMost = std::chrono::hours(1);
  const auto text = head.fields.find("Retry-After");
  if (!text) return std::nullopt;
  std::uint32_t seconds = 0;
  const char* const end = text->data() + text->size();
  const auto [read, fault] = std::from_chars(text->data(), end, seconds);
  if (fault != std::errc{} || read != end) return std::nullopt;
  return std::min(std::chrono::seconds(seconds), kMost);
}

ErrorCode code_of_refusal(unsigned status) noexcept {
  // What is not spoken here is the client's to change, whatever the class of its status says.
  if (status == 501 || status == 505) return ErrorCode::InvalidArgument;
  return error_code_from_status(status);
}

std::string_view correlation_id(const RequestHead& head, std::string_view otherwise) {
  const auto given = head.fields.find("X-Correlation-Id");
  return given && given->size() <= kLongestId && is_token(*given) ? *given : otherwise;
}

}  // namespace banyan::http
