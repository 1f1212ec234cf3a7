// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/security/webhook_keys.hpp"

/// Questions of one process of an application to another, where the processes share keys: a GET has
/// no body, so it is signed by what it asks, and its answer as one to this question.
namespace banyan::host {

void sign_question(http::Request& question, const security::WebhookKeys& keys,
                   const Environment& environment);
/// Of the other side: what is wrong with who asks.
Result<void> check_question(const http::Request& question, const security::WebhookKeys& keys,
                            Timestamp now);

void sign_answer(http::Response& answer, const http::Request& question,
                 const security::WebhookKeys& keys, Timestamp now);
/// Whether somebody who has a key has answered this question. An answer to another may be old.
bool answers(const http::Response& answer, const http::Request& question,
             const security::WebhookKeys& keys, Timestamp now);

}  // namespace banyan::host
