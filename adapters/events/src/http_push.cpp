// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/http_push.hpp"

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "banyan/binding/problem.hpp"
#include "banyan/events/cloud_event.hpp"
#include "banyan/events/signed_request.hpp"
#include "banyan/http/problem.hpp"

namespace banyan::events {
namespace {

// The answers that are about the event. Any other is not its fault: another application stands
// there, it does not know us, or it is ill.
constexpr unsigned kNotYet = 409;
constexpr unsigned kUnreadable = 400;
constexpr unsigned kRefused = 422;
constexpr unsigned kTooLarge = 413;
constexpr unsigned kFieldsTooLarge = 431;

/// No attempt makes it smaller.
Delivery too_large(std::string_view module, std::size_t bytes, unsigned status) {
  return {.outcome = Delivery::Outcome::Refused,
          .why = {ErrorCode::InvalidArgument,
                  "banyan.event_too_large",
                  "the event is sent with " + std::to_string(bytes) + " bytes of body, and '" +
                      std::string(module) + "' does not take so many (status " +
                      std::to_string(status) +
                      "); let the publisher say less in one event, and give this one up with "
                      "`banyan events skip`",
                  {}},
          .for_good = true};
}

class HttpPush final : public EventTransport {
 public:
  HttpPush(binding::RpcTransport& way, PushOptions options, const Environment& environment)
      : way_(way),
        options_(std::move(options)),
        path_(events_path(options_.module)),
        environment_(environment) {}

  std::string_view name() const override { return "http"; }

  Deliveries deliver(std::span<const Envelope> events) override {
    Deliveries answer;
    answer.each.resize(events.size());
    std::set<std::string, std::less<>> behind;
    for (std::size_t i = 0; i < events.size() && !answer.outage; ++i) {
      if (behind.contains(events[i].key)) {
        answer.each[i].outcome = Delivery::Outcome::Behind;
        continue;
      }
      answer.each[i] = push(events[i], answer);
      if (answer.each[i].outcome != Delivery::Outcome::Done) behind.insert(events[i].key);
    }
    return answer;
  }

 private:
  http::Request request_for(Envelope event) const {
    event.recipient = options_.module;
    // Nobody looks at the data of what is given up, which may be why it is.
    if (event.skip) event.data = "null";
    if (!options_.keys) return to_request(event, options_.application, path_);
    http::Request request = to_structured_request(event, options_.application, path_);
    sign(request, *options_.keys, event.id, environment_.clock.now());
    return request;
  }

  Delivery push(const Envelope& event, Deliveries& all) const {
    Context context = Context::begin(options_.budget, environment_.clock, environment_.random);
    if (const auto trace = TraceContext::parse(event.traceparent)) {
      context.trace = trace->child(environment_.random);
    }
    http::Request request = request_for(event);
    const std::size_t bytes = request.body.size();
    const Result<http::Response> response =
        way_.exchange(std::move(request), context, binding::Repeat::Never);
    if (!response) {
      all.outage = response.error();
      return {};
    }
    const unsigned status = response->head.status;
    if (status >= 200 && status < 300) return {Delivery::Outcome::Done, {}};
    const Error error = binding::error_from(*response);
    switch (status) {
      case kNotYet: return {Delivery::Outcome::Later, error};
      case kUnreadable:
      case kRefused: return {Delivery::Outcome::Refused, error};
      case kTooLarge:
      case kFieldsTooLarge: return too_large(options_.module, bytes, status);
      default: break;
    }
    all.outage = error;
    all.retry_after = http::retry_after(response->head).value_or(std::chrono::seconds(0));
    return {};
  }

  binding::RpcTransport& way_;
  const PushOptions options_;
  const std::string path_;
  const Environment environment_;
};

Result<void> check_signed_push(const http::Request& request, const security::WebhookKeys& keys,
                               Timestamp now) {
  const auto known = check_signature(request, keys, now);
  if (!known || is_structured(request)) return known;
  return fail(ErrorCode::Unauthenticated, "banyan.unsigned_message",
              "the attributes of the event are in fields, which nobody has signed; send it as"
              " application/cloudevents+json");
}

http::Response with_status(const Error& error, unsigned status) {
  http::Response response = binding::problem(error);
  response.head.status = status;
  return response;
}

}  // namespace

std::string events_path(std::string_view module) { return "/_events/" + std::string(module); }

std::unique_ptr<EventTransport> make_http_push(binding::RpcTransport& way, PushOptions options,
                                               const Environment& environment) {
  return std::make_unique<HttpPush>(way, std::move(options), environment);
}

http::Response answer_push(const Receiver& receiver, const http::Request& request,
                           const PushChecks& checks, Timestamp now) {
  if (checks.keys) {
    const auto known = check_signed_push(request, *checks.keys, now);
    if (!known) return binding::problem(known.error());
  }
  const Result<Envelope> event = from_request(request);
  if (!event) return binding::problem(event.error());
  const auto meant = check_recipient(event->recipient, receiver.module(), checks.keys.has_value());
  if (!meant) return binding::problem(meant.error());
  const Deliveries deliveries = receiver.take({&*event, 1});
  if (deliveries.outage) return with_status(*deliveries.outage, 503);
  const Delivery& delivery = deliveries.each.front();
  switch (delivery.outcome) {
    case Delivery::Outcome::Done: {
      http::Response response;
      response.head.status = 204;
      return response;
    }
    case Delivery::Outcome::Refused: return with_status(delivery.why, kRefused);
    case Delivery::Outcome::Later:
    case Delivery::Outcome::Behind: return with_status(delivery.why, kNotYet);
    case Delivery::Outcome::Unsent: break;
  }
  return with_status(delivery.why, 503);
}

}  // namespace banyan::events
