// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/forwarder.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include "banyan/forwarding/refuse.hpp"
#include "banyan/http/problem.hpp"
#include "banyan/http/recycled.hpp"
#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/random.hpp"
#include "copy_run.hpp"
#include "hops.hpp"
#include "relay.hpp"

namespace banyan::strangler {

Forwarder::Forwarder(ForwarderOptions options)
    : shared_(std::make_shared<Shared>(std::move(options))) {}

std::string unique_via() {
  static const std::string name = [] {
    std::string made = "banyan-";
    append_hex(made, system_random().next(), 8);
    return made;
  }();
  return name;
}

namespace {

/// RFC 9110 §7.6.2: the last one that it may come to, and that is us.
http::Response last_recipients_answer(std::string_view method) {
  if (method == "TRACE") {
    return http::problem_response({405, "proxy.trace_not_allowed", "TRACE is not answered here"});
  }
  http::Response response;
  response.head.status = 204;
  return response;
}

void goes_nowhere(ForwardOrder& order, const http::Response& answer) {
  if (!order.done) return;
  order.done(Outcome{.side = order.side,
                     .endpoint = {},
                     .status = answer.head.status,
                     .failure = ForwardFailure::BadRequest,
                     .message = {},
                     .answer_bytes = answer.body.size()});
}

}  // namespace

void Forwarder::forward(std::shared_ptr<http::Exchange> exchange, ForwardOrder order) {
  const http::RequestHead& head = exchange->head();
  if (has_been_at(head.fields, shared_->options.via)) {
    http::Response answer = refusal_answer(
        *exchange, {508, "proxy.loop",
                    "the request has been at this proxy before: an upstream leads back here; "
                    "mend the addresses of the upstreams"});
    goes_nowhere(order, answer);
    return exchange->respond(std::move(answer));
  }
  if (counts_forwards(head.method) && forwards_left(head.fields) == 0) {
    http::Response answer = last_recipients_answer(head.method);
    goes_nowhere(order, answer);
    return exchange->respond(std::move(answer));
  }
  http::make_recycled<Relay>(shared_, std::move(exchange), std::move(order))->run();
}

void Forwarder::copy(http::Loop& loop, CopyOrder order) {
  std::make_shared<CopyRun>(shared_, loop, std::move(order))->run();
}

}  // namespace banyan::strangler
