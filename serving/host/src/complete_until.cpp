// SPDX-License-Identifier: Apache-2.0
#include "complete_until.hpp"

#include "banyan/binding/problem.hpp"
#include "banyan/events/http_push.hpp"
#include "banyan/events/signed_request.hpp"
#include "banyan/json/codec.hpp"
#include "banyan/kernel/id.hpp"

namespace banyan::host {

std::string complete_path(std::string_view follower) {
  return events::events_path(follower) + "/complete";
}

http::Request complete_request(const EventTraffic::Complete& complete,
                               const std::optional<security::WebhookKeys>& keys,
                               const Environment& environment) {
  http::Request request;
  request.head.method = "POST";
  request.head.target = complete_path(complete.follower);
  request.head.fields.add("Content-Type", "application/json");
  request.body = json::encode(CompleteUntil{complete.source, complete.until, complete.follower});
  if (keys) {
    const Timestamp now = environment.clock.now();
    events::sign(request, *keys, make_uuid7(now, environment.random), now);
  }
  return request;
}

http::Response answer_complete(ReadModel& model, const std::string& follower,
                               const std::optional<security::WebhookKeys>& keys,
                               const http::Request& request, const Context& context,
                               Timestamp now) {
  if (keys) {
    const auto known = events::check_signature(request, *keys, now);
    if (!known) return binding::problem(known.error());
  }
  const auto said = json::decode<CompleteUntil>(request.body, json::Reading::Tolerant);
  if (!said) return binding::problem(said.error());
  const auto meant =
      events::check_recipient(said->recipient.value_or(""), follower, keys.has_value());
  if (!meant) return binding::problem(meant.error());
  const auto kept = model.read_model_complete(said->source, said->until, context);
  if (!kept) return binding::problem(kept.error());
  http::Response response;
  response.head.status = 204;
  return response;
}

}  // namespace banyan::host
