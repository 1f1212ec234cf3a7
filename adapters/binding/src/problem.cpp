// SPDX-License-Identifier: Apache-2.0
#include "binding/problem.hpp"

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json/codec.hpp"
#include "json/utf8.hpp"

namespace banyan::binding {
namespace {

constexpr std::string_view kMediaType = "application/problem+json";

struct Place {
  std::string where;
  std::string problem;
};
BOOST_DESCRIBE_STRUCT(Place, (), (where, problem))

struct Document {
  std::string type;
  std::string title;
  std::int32_t status = 0;
  std::string detail;
  std::string code;
  std::string rule;
  std::vector<Place> details;
  std::optional<std::string> correlation_id;
};
BOOST_DESCRIBE_STRUCT(Document, (),
                      (type, title, status, detail, code, rule, details, correlation_id))

// What may be there when somebody else made the document.
struct AnyDocument {
  std::optional<std::string> title;
  std::optional<std::string> detail;
  std::optional<std::string> code;
  std::optional<std::string> rule;
  std::optional<std::vector<Place>> details;
};
BOOST_DESCRIBE_STRUCT(AnyDocument, (), (title, detail, code, rule, details))

// "failed_precondition" -> "Failed precondition"
std::string title_of(ErrorCode code) {
  std::string title(to_string(code));
  for (char& c : title) {
    if (c == '_') c = ' ';
  }
  title.front() = static_cast<char>(title.front() - 'a' + 'A');
  return title;
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
  if (error.rule == "banyan.body_too_large") return 413;
  if (error.rule == "banyan.unsupported_media_type") return 415;
  if (error.rule == "banyan.storage_full") return 507;
  return http_status(error.code);
}

http::Response problem(const Error& error, std::string_view correlation_id,
                       std::chrono::seconds retry_after) {
  Document document{.type = "about:blank",
                    .title = title_of(error.code),
                    .status = static_cast<std::int32_t>(status_of(error)),
                    .detail = json::repaired(error.message),
                    .code = std::string(to_string(error.code)),
                    .rule = json::repaired(error.rule),
                    .details = {},
                    .correlation_id = std::nullopt};
  for (const Detail& detail : error.details) {
    document.details.push_back({json::repaired(detail.where), json::repaired(detail.problem)});
  }
  if (!correlation_id.empty()) document.correlation_id = json::repaired(correlation_id);

  http::Response response;
  response.head.status = status_of(error);
  response.head.fields.add("Content-Type", kMediaType);
  response.head.fields.add("Cache-Control", "no-store");
  if (error.code == ErrorCode::Unavailable || error.code == ErrorCode::ResourceExhausted ||
      error.rule == "banyan.command_running") {
    response.head.fields.add("Retry-After", std::to_string(retry_after.count()));
  }
  response.body = json::encode(document);
  return response;
}

Error error_from(const http::Response& response) {
  const auto type = response.head.fields.find("Content-Type");
  if (!type || !type->starts_with(kMediaType)) return foreign(response, " and no problem details");
  auto document = json::decode<AnyDocument>(response.body, json::Reading::Tolerant);
  if (!document) return foreign(response, " and unreadable problem details");
  if (!document->rule) {
    // Problem details of the engine or of a foreign service: they may name a code, but none of
    // ours.
    return foreign(response,
                   ": " + document->detail.value_or(document->title.value_or("no reason given")));
  }
  Error error{document->code ? error_code_from(*document->code)
                             : error_code_from_status(response.head.status),
              std::move(*document->rule),
              document->detail.value_or(""),
              {}};
  if (document->details) {
    for (Place& place : *document->details) {
      error.details.push_back({std::move(place.where), std::move(place.problem)});
    }
  }
  return error;
}

}  // namespace banyan::binding
