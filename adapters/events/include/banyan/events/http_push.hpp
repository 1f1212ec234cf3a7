// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "banyan/binding/rpc_transport.hpp"
#include "banyan/events/receiver.hpp"
#include "banyan/events/transport.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/environment.hpp"
#include "banyan/security/webhook_keys.hpp"

namespace banyan::events {

/// Where a process takes the events for a module: "/_events/shipping".
std::string events_path(std::string_view module);

struct PushOptions {
  std::string application;                   ///< in the `source` of its events
  std::string module;                        ///< the subscriber
  std::chrono::milliseconds budget{10'000};  ///< for one event
  /// Events are signed with these; in structured mode then, since attributes in fields would be
  /// signed by nobody.
  std::optional<security::WebhookKeys> keys{};
};

/// Pushes events to a subscriber in another process: one request for each, in order. 2xx is done;
/// 409 "not yet"; 400, 422 and other refusals hold the key; whatever else says that the recipient
/// cannot be reached, is not the one that it should be, or has enough (429 and 503, Retry-After):
/// the lane waits. `way` must outlive the transport.
std::unique_ptr<EventTransport> make_http_push(binding::RpcTransport& way, PushOptions options,
                                               const Environment& environment);

/// What a process asks of the events that are pushed to it.
struct PushChecks {
  /// Events that were not signed with one of these, or not for this module, are answered with 401.
  std::optional<security::WebhookKeys> keys{};
};

/// The other end: what the receiver says to a request, in those words.
http::Response answer_push(const Receiver& receiver, const http::Request& request,
                           const PushChecks& checks, Timestamp now);

}  // namespace banyan::events
