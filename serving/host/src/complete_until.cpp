// SPDX-License-Identifier: Apache-2.0
#include "complete_until.hpp"

#include <utility>

#include "banyan/binding/problem.hpp"
#include "banyan/events/http_push.hpp"
#include "banyan/events/signed_request.hpp"
#include "banyan/json/codec.hpp"
#include "banyan/kernel/id.hpp"
#include "signed_question.hpp"

namespace banyan::host {

std::string complete_path(std::string_view follower) {
  return events::events_path(follower) + "/complete";
}

http::Request complete_request(const EventTraffic::Complete& complete, const SharedKeys& keys,
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
                               const SharedKeys& keys, const http::Request& request,
                               const Context& context, Timestamp now) {
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

std::string progress_path(std::string_view source, std::string_view follower) {
  return events::events_path(source).append("/lanes/").append(follower);
}

http::Request progress_question(std::string_view source, std::string_view follower,
                                const SharedKeys& keys, const Environment& environment) {
  return question_at(progress_path(source, follower), keys, environment);
}

http::Response answer_progress(const std::string& source, const std::string& follower,
                               const std::optional<Timestamp>& until, const SharedKeys& keys,
                               const http::Request& question, Timestamp now) {
  if (auto refused = refusal_for(question, keys, now)) return *std::move(refused);
  if (!until) {
    http::Response nothing;
    nothing.head.status = 204;
    return nothing;
  }
  return signed_document(json::encode(CompleteUntil{source, *until, follower}), question, keys,
                         now);
}

std::optional<Timestamp> progress_in(const http::Response& answer, const http::Request& question,
                                     const std::string& source, const std::string& follower,
                                     const SharedKeys& keys, Timestamp now) {
  const auto document = document_in(answer, question, keys, now);
  if (!document) return std::nullopt;
  const auto said = json::decode<CompleteUntil>(*document, json::Reading::Tolerant);
  if (!said || said->source != source) return std::nullopt;
  if (!events::check_recipient(said->recipient.value_or(""), follower, keys.has_value())) {
    return std::nullopt;
  }
  return said->until;
}

}  // namespace banyan::host
