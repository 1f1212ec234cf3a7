// SPDX-License-Identifier: Apache-2.0
#include "ask_side.hpp"

#include <chrono>
#include <string>

#include "banyan/binding/context_headers.hpp"
#include "banyan/forwarding/copy_order.hpp"
#include "banyan/forwarding/forwarded_head.hpp"
#include "banyan/http/client.hpp"
#include "banyan/kernel/random.hpp"
#include "route_snapshot.hpp"
#include "upstream_options.hpp"

namespace banyan::serving {
namespace {

constexpr std::chrono::milliseconds kPatience{5'000};
constexpr std::chrono::milliseconds kConnecting{1'000};

Context context_for(const Target& target, Side side, const Clock& clock) {
  Context context = Context::begin(kPatience, clock, system_random());
  context.copy = true;
  context.routing.push_back({target.route.rollout, side, 0});
  return context;
}

/// Or an application that wants TLS of everybody sends whoever asks elsewhere.
void say_where_it_is_from(http::Fields& fields, const Destination& destination, bool by_tls) {
  fields.set("X-Forwarded-Proto", by_tls ? "https" : "http");
  if (const auto host = fields.find("Host")) {
    fields.set("X-Forwarded-Host", std::string(*host));
  }
  if (destination.rewriting != nullptr && !destination.rewriting->prefix().empty()) {
    fields.set("X-Forwarded-Prefix", destination.rewriting->prefix());
  }
}

}  // namespace

Result<http::Response> ask_side(const Target& target, Side side, const http::Request& request,
                                bool by_tls, const Clock& clock) {
  const Destination& destination = target.destination(side);
  http::Request asked = request;
  target.both_sides->copies->sift_cookies(asked.head.fields);
  target.both_sides->copies->say(asked.head.fields, side);
  if (destination.here) {
    return target.operation->answer(asked, context_for(target, side, clock));
  }
  const UpstreamPool& pool = *destination.pool;
  if (destination.rewriting != nullptr && destination.rewriting->moves_paths()) {
    asked.head.target = destination.rewriting->target_for_upstream(request.head.target);
  }
  if (target.has_context()) {
    binding::put_context(asked.head, context_for(target, side, clock), clock);
  }
  say_where_it_is_from(asked.head.fields, destination, by_tls);
  if (!pool.group.host.empty()) asked.head.fields.set("Host", pool.group.host);
  asked.head.fields.set(strangler::kCopyField, "1");
  std::string trouble;
  for (const http::Endpoint& endpoint : endpoints_of(pool.group)) {
    http::Client client(endpoint, {.max_idle = 0, .connect_timeout = kConnecting, .tls = pool.tls});
    auto answer = client.exchange(asked, clock.steady() + kPatience, http::Repeat::Safe);
    if (answer) {
      strangler::turn_into_our_answer(answer->head, {});
      if (destination.rewriting != nullptr) {
        destination.rewriting->answer_for_client(
            answer->head.fields, request.head.fields.find("Host").value_or(std::string_view()));
      }
      return std::move(*answer);
    }
    // Never with it: something in what was said, behind what the example keeps of it.
    if (answer.error().kind == http::ClientFailure::Kind::Request) {
      return fail(ErrorCode::InvalidArgument, "banyan.replay_does_not_fit",
                  "what is said has a character that no request may have, such as a blank in the "
                  "target: write it as it was sent, %20");
    }
    trouble += (trouble.empty() ? "" : "; ") + to_string(endpoint) + ": " + answer.error().message;
  }
  return fail(ErrorCode::Unavailable, "banyan.side_not_reached",
              "the " + std::string(side == Side::Local ? "old" : "new") + " side of " +
                  target.route.name + " does not answer (" + trouble + ")");
}

}  // namespace banyan::serving
