// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/security/webhook_keys.hpp"

/// Questions of one process of an application to another. Where the processes share keys (`keys`
/// has some), a question is signed by what it asks, since a GET has no body, and its answer as one
/// to this question. Where they share none, nothing is signed, and everybody is believed.
///
///     question_at() ──▶ refusal_for() ─▶ signed_document()
///     document_in() ◀───────────────────────────┘
namespace banyan::host {

using SharedKeys = std::optional<security::WebhookKeys>;

/// A question for a document in JSON. `target` is the path, as "/_work/shipping".
http::Request question_at(std::string target, const SharedKeys& keys,
                          const Environment& environment);

/// Of the other side, before it says anything: 401 with what is wrong with who asks; nothing where
/// that is somebody who has a key.
std::optional<http::Response> refusal_for(const http::Request& question, const SharedKeys& keys,
                                          Timestamp now);

/// 200 with a document, which is JSON already.
http::Response signed_document(std::string document, const http::Request& question,
                               const SharedKeys& keys, Timestamp now);
/// The same with a document that says what is so now, so that nobody between the two keeps it.
http::Response signed_report(const nlohmann::ordered_json& report, const http::Request& question,
                             const SharedKeys& keys, Timestamp now);

/// Why an answer has nothing to be read.
enum class NoDocument : std::uint8_t {
  Refused,   ///< it is none with a document: see its status
  Unsigned,  ///< nobody who has a key has given it to this question. One to another may be old
};
/// The text of the document, which lives as long as the answer. Only who has it can read what the
/// answer says, so that nothing is read of what is not signed. It may still be anything.
std::expected<std::string_view, NoDocument> document_in(const http::Response& answer,
                                                        const http::Request& question,
                                                        const SharedKeys& keys, Timestamp now);

}  // namespace banyan::host
