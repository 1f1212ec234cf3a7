// SPDX-License-Identifier: Apache-2.0
#include "signed_question.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "banyan/binding/problem.hpp"
#include "banyan/kernel/id.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::host {
namespace {

std::string field(const http::Fields& fields, std::string_view name) {
  return std::string(fields.find(name).value_or(std::string_view()));
}

constexpr std::string_view kId = "webhook-id";

/// What of a question is signed.
std::string asked_by(const http::Request& question) {
  return question.head.method + ' ' + question.head.target;
}

void sign_fields(http::Fields& fields, const security::WebhookKeys& keys, std::string id,
                 std::string_view content, Timestamp now) {
  const auto signature = keys.sign(std::move(id), content, now);
  fields.add(kId, signature.id);
  fields.add("webhook-timestamp", signature.timestamp);
  fields.add("webhook-signature", signature.signature);
}

Result<void> check_fields(const http::Fields& fields, const security::WebhookKeys& keys,
                          std::string_view content, Timestamp now) {
  return keys.check(
      {field(fields, kId), field(fields, "webhook-timestamp"), field(fields, "webhook-signature")},
      content, now);
}

bool answers(const http::Response& answer, const http::Request& question,
             const security::WebhookKeys& keys, Timestamp now) {
  return field(answer.head.fields, kId) == field(question.head.fields, kId) &&
         check_fields(answer.head.fields, keys, answer.body, now).has_value();
}

}  // namespace

http::Request question_at(std::string target, const SharedKeys& keys,
                          const Environment& environment) {
  http::Request question;
  question.head.method = "GET";
  question.head.target = std::move(target);
  question.head.fields.add("Accept", "application/json");
  if (keys) {
    const Timestamp now = environment.clock.now();
    sign_fields(question.head.fields, *keys, make_uuid7(now, environment.random),
                asked_by(question), now);
  }
  return question;
}

std::optional<http::Response> refusal_for(const http::Request& question, const SharedKeys& keys,
                                          Timestamp now) {
  if (!keys) return std::nullopt;
  const auto known = check_fields(question.head.fields, *keys, asked_by(question), now);
  if (known) return std::nullopt;
  return binding::problem(known.error());
}

http::Response signed_document(std::string document, const http::Request& question,
                               const SharedKeys& keys, Timestamp now) {
  http::Response answer;
  answer.head.status = 200;
  answer.head.fields.add("Content-Type", "application/json");
  answer.body = std::move(document);
  if (keys) {
    sign_fields(answer.head.fields, *keys, field(question.head.fields, kId), answer.body, now);
  }
  return answer;
}

http::Response signed_report(const nlohmann::ordered_json& report, const http::Request& question,
                             const SharedKeys& keys, Timestamp now) {
  http::Response answer = signed_document(
      report.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n',
      question, keys, now);
  answer.head.fields.add("Cache-Control", "no-store");
  return answer;
}

std::expected<std::string_view, NoDocument> document_in(const http::Response& answer,
                                                        const http::Request& question,
                                                        const SharedKeys& keys, Timestamp now) {
  if (answer.head.status != 200) return std::unexpected(NoDocument::Refused);
  if (keys && !answers(answer, question, *keys, now)) {
    return std::unexpected(NoDocument::Unsigned);
  }
  return answer.body;
}

}  // namespace banyan::host
