// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/http_push.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "banyan/binding/problem.hpp"
#include "banyan/events/cloud_event.hpp"
#include "banyan/events/signed_request.hpp"

namespace banyan::events {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kNotYet = 409;
constexpr unsigned kRefused = 422;

// Not the event's fault: another application stands there, or it does not know us.
bool is_configuration(unsigned status) {
  constexpr std::array kOnes = {401U, 403U, 404U, 405U, 407U, 408U, 410U, 415U, 421U, 425U, 429U};
  return std::ranges::find(kOnes, status) != kOnes.end();
}

milliseconds retry_after_of(const http::Response& response) {
  const auto text = response.head.fields.find("Retry-After").value_or(std::string_view());
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr int kMost = 3600;
  return error == std::errc() ? std::chrono::seconds(std::clamp(seconds, 0, kMost))
                              : milliseconds(0);
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
    const Result<http::Response> response =
        way_.exchange(request_for(event), context, binding::Repeat::Never);
    if (!response) {
      all.outage = response.error();
      return {};
    }
    const unsigned status = response->head.status;
    if (status >= 200 && status < 300) return {Delivery::Outcome::Done, {}};
    const Error error = binding::error_from(*response);
    if (status == kNotYet) return {Delivery::Outcome::Later, error};
    if (status >= 400 && status < 500 && !is_configuration(status)) {
      return {Delivery::Outcome::Refused, error};
    }
    all.outage = error;
    all.retry_after = retry_after_of(*response);
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
