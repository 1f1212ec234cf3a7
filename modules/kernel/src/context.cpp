// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/context.hpp"

#include <algorithm>

#include "banyan/kernel/hex.hpp"
#include "banyan/kernel/id.hpp"

namespace banyan {
namespace {

// All-zero ids are invalid in W3C Trace Context.
std::string non_zero_hex(Random& random, unsigned words) {
  std::string text;
  do {
    text.clear();
    for (unsigned i = 0; i < words; ++i) append_hex(text, random.next(), 16);
  } while (text.find_first_not_of('0') == std::string::npos);
  return text;
}

}  // namespace

TraceContext TraceContext::make(Random& random) {
  return {.trace_id = non_zero_hex(random, 2),
          .span_id = non_zero_hex(random, 1),
          .sampled = false,
          .state = {}};
}

TraceContext TraceContext::child(Random& random) const {
  TraceContext next = *this;
  next.span_id = non_zero_hex(random, 1);
  return next;
}

std::string TraceContext::traceparent() const {
  return "00-" + trace_id + '-' + span_id + (sampled ? "-01" : "-00");
}

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent,
                                                std::string_view tracestate) {
  // version "-" trace-id "-" parent-id "-" flags; a later version may have more after it.
  constexpr std::size_t kLength = 55;
  if (traceparent.size() < kLength || traceparent[2] != '-' || traceparent[35] != '-' ||
      traceparent[52] != '-') {
    return std::nullopt;
  }
  const std::string_view version = traceparent.substr(0, 2);
  const std::string_view trace_id = traceparent.substr(3, 32);
  const std::string_view span_id = traceparent.substr(36, 16);
  const std::string_view flags = traceparent.substr(53, 2);
  const bool hexadecimal = is_lower_hex(version) && is_lower_hex(trace_id) &&
                           is_lower_hex(span_id) && is_lower_hex(flags);
  if (!hexadecimal || version == "ff") return std::nullopt;
  if (version == "00" ? traceparent.size() != kLength
                      : traceparent.size() > kLength && traceparent[kLength] != '-') {
    return std::nullopt;
  }
  const auto all_zero = [](std::string_view id) {
    return id.find_first_not_of('0') == std::string_view::npos;
  };
  if (all_zero(trace_id) || all_zero(span_id)) return std::nullopt;
  const bool sampled = std::string_view("13579bdf").find(flags[1]) != std::string_view::npos;
  return TraceContext{std::string(trace_id), std::string(span_id), sampled,
                      std::string(tracestate)};
}

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

Context Context::begin(std::chrono::milliseconds budget, const Clock& clock, Random& random) {
  Context context;
  context.deadline = clock.steady() + budget;
  context.correlation_id = make_uuid7(clock.now(), random);
  context.trace = TraceContext::make(random);
  return context;
}

Context Context::within(std::chrono::milliseconds budget, const Clock& clock) const {
  Context context = *this;
  context.deadline = std::min(deadline, clock.steady() + budget);
  return context;
}

Context Context::with_key(std::string key) const {
  Context context = *this;
  context.idempotency_key = std::move(key);
  context.replayed = nullptr;  // of another command
  return context;
}

std::chrono::milliseconds Context::remaining(const Clock& clock) const {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.steady());
  return std::max(left, std::chrono::milliseconds(0));
}

const RoutingDecision* Context::routed(std::string_view module) const {
  const auto found = std::ranges::find(routing, module, &RoutingDecision::module);
  return found == routing.end() ? nullptr : &*found;
}

}  // namespace banyan
