// SPDX-License-Identifier: Apache-2.0
#include "binding/http_channel.hpp"

#include <algorithm>
#include <utility>

#include "binding/context_headers.hpp"

namespace banyan::binding {
namespace {

// Somebody is there who cannot answer now. 500 and 429 are not in it: a service that refuses or
// stumbles over one request is alive.
bool is_sick(unsigned status) { return status == 502 || status == 503 || status == 504; }

bool outcome_unknown(const http::ClientFailure& failure) { return !failure.provably_unsent; }

}  // namespace

struct HttpChannel::Attempt {
  std::expected<http::Response, http::ClientFailure> answer;
  bool let_through = true;
};

HttpChannel::HttpChannel(HttpChannelOptions options, Transport transport, const Clock& clock)
    : options_(std::move(options)),
      transport_(std::move(transport)),
      clock_(&clock),
      breaker_(options_.breaker, clock),
      retries_(options_.retry_reserve) {}

Result<http::Response> HttpChannel::exchange(http::Request request, const Context& context,
                                             Repeat repeat) {
  earn_retry();
  for (bool again = false;; again = true) {
    if (context.expired(*clock_)) {
      return fail(ErrorCode::DeadlineExceeded, "banyan.deadline_exceeded",
                  "no time is left to ask " + options_.dependency);
    }
    Attempt outcome = attempt(request, context, repeat);
    if (!outcome.let_through) {
      return fail(ErrorCode::Unavailable, "banyan.circuit_open",
                  options_.dependency +
                      " did not answer lately and is given time to recover; try again later");
    }
    if (outcome.answer) return std::move(*outcome.answer);
    const http::ClientFailure& failure = outcome.answer.error();
    using Kind = http::ClientFailure::Kind;
    const bool transient = failure.kind == Kind::Connect || failure.kind == Kind::Closed ||
                           failure.kind == Kind::Timeout;
    const bool harmless = !outcome_unknown(failure) || repeat == Repeat::Safe;
    if (again || !transient || !harmless || context.expired(*clock_) || !take_retry()) {
      return fail(error_of(failure, context));
    }
  }
}

HttpChannel::Attempt HttpChannel::attempt(http::Request& request, const Context& context,
                                          Repeat repeat) {
  const CircuitBreaker::Permit permit = breaker_.enter();
  if (!permit.granted) return {std::unexpected(http::ClientFailure{}), false};
  const Context attempt_context = context.within(options_.timeout, *clock_);
  put_context(request.head, attempt_context, *clock_);
  Attempt outcome{transport_(request, attempt_context.deadline, repeat)};
  if (outcome.answer) {
    if (is_sick(outcome.answer->head.status)) {
      breaker_.failed(permit);
    } else {
      breaker_.succeeded(permit);
    }
    return outcome;
  }
  using Kind = http::ClientFailure::Kind;
  const Kind kind = outcome.answer.error().kind;
  // A caller in a hurry, a request that cannot be sent and a process without sockets say nothing
  // about the other side.
  const bool hurried = kind == Kind::Timeout && attempt_context.deadline == context.deadline;
  if (kind == Kind::Request || kind == Kind::NoSocket || hurried) {
    breaker_.abandoned(permit);
  } else {
    breaker_.failed(permit);
  }
  return outcome;
}

Error HttpChannel::error_of(const http::ClientFailure& failure, const Context& context) const {
  const std::string who = "calling " + options_.dependency + ": ";
  const std::string unknown =
      outcome_unknown(failure) ? ". Whether the request was carried out is unknown." : ".";
  using Kind = http::ClientFailure::Kind;
  switch (failure.kind) {
    case Kind::Connect:
      return {ErrorCode::Unavailable, "banyan.unreachable", who + failure.message + unknown, {}};
    case Kind::NoSocket:
      return {ErrorCode::Unavailable,
              "banyan.out_of_sockets",
              who + failure.message +
                  ". Give this process a higher limit of open files (ulimit -n, LimitNOFILE=).",
              {}};
    case Kind::Timeout:
      return {ErrorCode::DeadlineExceeded,
              context.expired(*clock_) ? "banyan.deadline_exceeded" : "banyan.timeout",
              who + failure.message + unknown,
              {}};
    case Kind::Closed:
      return {
          ErrorCode::Unavailable, "banyan.connection_lost", who + failure.message + unknown, {}};
    case Kind::Protocol:
    case Kind::TooLarge:
      return {
          ErrorCode::Unavailable, "banyan.unreadable_answer", who + failure.message + unknown, {}};
    case Kind::Request: break;
  }
  return {ErrorCode::InvalidArgument, "banyan.unsendable", who + failure.message, {}};
}

void HttpChannel::earn_retry() {
  const std::lock_guard lock(budget_mutex_);
  retries_ = std::min(retries_ + options_.retry_ratio, options_.retry_reserve);
}

bool HttpChannel::take_retry() {
  const std::lock_guard lock(budget_mutex_);
  if (retries_ < 1) return false;
  retries_ -= 1;
  return true;
}

}  // namespace banyan::binding
