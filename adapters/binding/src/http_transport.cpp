// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/http_transport.hpp"

#include <utility>

#include "banyan/binding/context_headers.hpp"
#include "call_error.hpp"

namespace banyan::binding {

HttpTransport::HttpTransport(std::shared_ptr<upstream::Group> group,
                             std::shared_ptr<http::Loops> loops, HttpTransportOptions options,
                             const Clock& clock)
    : options_(options), clock_(&clock), caller_(std::move(group), std::move(loops), clock) {}

HttpTransport::HttpTransport(std::shared_ptr<upstream::Group> group,
                             upstream::Caller::Transport transport, HttpTransportOptions options,
                             const Clock& clock)
    : options_(options), clock_(&clock), caller_(std::move(group), std::move(transport), clock) {}

Result<http::Response> HttpTransport::exchange(http::Request request, const Context& context,
                                               Repeat repeat) {
  bool asked_before = false;
  auto answer =
      caller_.call(std::move(request), {.deadline = context.deadline,
                                        .attempt_time = options_.timeout,
                                        .repeat = repeat,
                                        .prepare =
                                            [&](http::RequestHead& head, SteadyTime until) {
                                              Context attempt = context;
                                              attempt.deadline = until;
                                              put_context(head, attempt, *clock_);
                                            },
                                        .repeated = [&] { asked_before = true; }});
  if (answer) {
    if (asked_before) answer->head.fields.set(kAskedBeforeField, "true");
    return std::move(*answer);
  }
  Error error = call_error(answer.error(), dependency(), context, *clock_);
  error.never_sent = answer.error().provably_unsent;
  return fail(std::move(error));
}

upstream::GroupOptions dependency_on(std::string name, std::vector<http::Endpoint> instances) {
  constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
  upstream::GroupOptions options{.name = std::move(name), .instances = std::move(instances)};
  options.rules.breaker.emplace();
  options.connections.limits.body_bytes = kMostBytes;
  return options;
}

std::unique_ptr<HttpTransport> make_http_transport(const http::Endpoint& endpoint,
                                                   std::string dependency,
                                                   HttpTransportOptions options,
                                                   const Clock& clock) {
  return std::make_unique<HttpTransport>(
      std::make_shared<upstream::Group>(dependency_on(std::move(dependency), {endpoint}), clock),
      std::make_shared<http::Loops>(1), options, clock);
}

}  // namespace banyan::binding
