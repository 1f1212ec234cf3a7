// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/signed_request.hpp"

#include <utility>

#include "banyan/json/utf8.hpp"

namespace banyan::events {

void sign(http::Request& request, const security::WebhookKeys& keys, std::string id,
          Timestamp now) {
  const auto signature = keys.sign(std::move(id), request.body, now);
  request.head.fields.add("webhook-id", signature.id);
  request.head.fields.add("webhook-timestamp", signature.timestamp);
  request.head.fields.add("webhook-signature", signature.signature);
}

Result<void> check_signature(const http::Request& request, const security::WebhookKeys& keys,
                             Timestamp now) {
  const auto field = [&request](std::string_view name) {
    return std::string(request.head.fields.find(name).value_or(std::string_view()));
  };
  return keys.check({field("webhook-id"), field("webhook-timestamp"), field("webhook-signature")},
                    request.body, now);
}

Result<void> check_recipient(const std::string& recipient, const std::string& module,
                             bool is_signed) {
  if (recipient == module || (recipient.empty() && !is_signed)) return {};
  const std::string whom = recipient.empty() ? "does not say whom it is for"
                                             : "is for '" + json::repaired(recipient) + '\'';
  return fail(ErrorCode::Unauthenticated, "banyan.wrong_recipient",
              "the message " + whom + ", and this is '" + module +
                  "'; whoever sends it must name the recipient in what is signed");
}

}  // namespace banyan::events
