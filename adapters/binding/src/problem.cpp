// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/problem.hpp"

#include <boost/describe.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/http/problem.hpp"
#include "banyan/json/codec.hpp"
#include "banyan/kernel/error_origin.hpp"
#include "banyan/kernel/version.hpp"

namespace banyan::binding {
namespace {

struct ProblemDetail {
  std::string where;
  std::string problem;
};
BOOST_DESCRIBE_STRUCT(ProblemDetail, (), (where, problem))

// What may be there when somebody else made the document.
struct AnyDocument {
  std::optional<std::string> title;
  std::optional<std::string> detail;
  std::optional<std::string> code;
  std::optional<std::string> rule;
  std::optional<std::vector<ProblemDetail>> details;
};
BOOST_DESCRIBE_STRUCT(AnyDocument, (), (title, detail, code, rule, details))

constexpr std::chrono::seconds kSoon{1};

/// Of this it is always said that it passes.
bool passes(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::ResourceExhausted ||
         error.rule == "banyan.command_running";
}

std::optional<std::chrono::seconds> retry_after_of(const Error& error) {
  if (!error.retry_after && passes(error)) return kSoon;
  return error.retry_after;
}

/// A rule of what stands between the two ends of a port, which says nothing about the operation.
bool is_of_the_way(std::string_view rule) {
  return rule.starts_with("http.") || rule.starts_with("proxy.");
}

/// What the other side was not able to ask of others is its own word, and its own trouble: only of
/// what this process could not ask nobody is to blame (see kernel/error_origin.hpp).
void make_its_own(Error& error) {
  if (error.code != ErrorCode::Unavailable || origin_of(error) != ErrorOrigin::Kit) return;
  error.rule = "banyan.dependency_failed";
  error.message = "the other side could not ask what it needs: " + error.message;
}

Error foreign(const http::Response& response, std::string message) {
  return {error_code_from_status(response.head.status),
          "banyan.foreign_answer",
          "the other side answered with status " + std::to_string(response.head.status) +
              std::move(message),
          {}};
}

}  // namespace

unsigned status_of(const Error& error) {
  if (error.rule == "banyan.method_not_allowed") return 405;
  if (error.rule == "banyan.not_acceptable") return 406;
  if (error.rule == "banyan.body_too_large") return 413;
  if (error.rule.ends_with(kChangedMeanwhile)) return 412;
  if (error.rule == "banyan.unsupported_media_type") return 415;
  if (error.rule == "banyan.version_missing") return 428;
  if (error.rule == "banyan.storage_full") return 507;
  return http_status(error.code);
}

http::Response problem(const Error& error, std::string_view correlation_id) {
  return http::problem_answer({.status = status_of(error),
                               .code = error.code,
                               .rule = error.rule,
                               .detail = error.message,
                               .places = error.details,
                               .correlation_id = correlation_id,
                               .retry_after = retry_after_of(error)});
}

Error error_from(const http::Response& response) {
  const auto type = response.head.fields.find("Content-Type");
  if (!type || !type->starts_with(http::kProblemType))
    return foreign(response, " and no problem details");
  auto document = json::decode<AnyDocument>(response.body, json::Reading::Tolerant);
  if (!document) return foreign(response, " and unreadable problem details");
  if (!document->rule || is_of_the_way(*document->rule)) {
    // Of the engine, of a proxy or of a foreign service: what it says is not the operation's word.
    return foreign(response,
                   ": " + document->detail.value_or(document->title.value_or("no reason given")));
  }
  Error error{document->code ? error_code_from(*document->code)
                             : error_code_from_status(response.head.status),
              std::move(*document->rule),
              document->detail.value_or(""),
              {}};
  make_its_own(error);
  error.retry_after = http::retry_after(response.head);
  if (passes(error) && error.retry_after == kSoon) error.retry_after.reset();  // nobody has said it
  if (document->details) {
    for (ProblemDetail& place : *document->details) {
      error.details.push_back({std::move(place.where), std::move(place.problem)});
    }
  }
  return error;
}

}  // namespace banyan::binding
