// SPDX-License-Identifier: Apache-2.0
#include "signed_question.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "banyan/kernel/id.hpp"

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

}  // namespace

void sign_question(http::Request& question, const security::WebhookKeys& keys,
                   const Environment& environment) {
  const Timestamp now = environment.clock.now();
  sign_fields(question.head.fields, keys, make_uuid7(now, environment.random), asked_by(question),
              now);
}

Result<void> check_question(const http::Request& question, const security::WebhookKeys& keys,
                            Timestamp now) {
  return check_fields(question.head.fields, keys, asked_by(question), now);
}

void sign_answer(http::Response& answer, const http::Request& question,
                 const security::WebhookKeys& keys, Timestamp now) {
  sign_fields(answer.head.fields, keys, field(question.head.fields, kId), answer.body, now);
}

bool answers(const http::Response& answer, const http::Request& question,
             const security::WebhookKeys& keys, Timestamp now) {
  return field(answer.head.fields, kId) == field(question.head.fields, kId) &&
         check_fields(answer.head.fields, keys, answer.body, now).has_value();
}

}  // namespace banyan::host
