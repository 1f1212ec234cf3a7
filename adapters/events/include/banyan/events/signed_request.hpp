// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/http/message.hpp"
#include "banyan/security/webhook_keys.hpp"

namespace banyan::events {

/// Signs the body of what one process of an application says to another: in the fields that
/// Standard Webhooks have for that. Nothing else of the request is signed. `id` is the message's.
void sign(http::Request& request, const security::WebhookKeys& keys, std::string id, Timestamp now);

/// The other side: see WebhookKeys::check().
Result<void> check_signature(const http::Request& request, const security::WebhookKeys& keys,
                             Timestamp now);

/// Whoever has seen a signed message can send it to somebody else: who it is for stands in what is
/// signed. Unauthenticated "banyan.wrong_recipient" when that is another than `module`, or nobody,
/// which only passes where nothing is signed.
Result<void> check_recipient(const std::string& recipient, const std::string& module,
                             bool is_signed);

}  // namespace banyan::events
