// SPDX-License-Identifier: Apache-2.0
#include "banyan/binding/context_headers.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "banyan/binding/percent.hpp"
#include "banyan/http/list.hpp"
#include "banyan/http/trace_fields.hpp"
#include "banyan/kernel/fallback.hpp"
#include "banyan/kernel/id.hpp"

namespace banyan::binding {
namespace {

constexpr std::string_view kDeadline = "Banyan-Deadline-Ms";
constexpr std::string_view kPrincipal = "Banyan-Principal";
constexpr std::string_view kStickinessKey = "Banyan-Stickiness-Key";
constexpr std::string_view kPlace = "Banyan-Place";
constexpr std::string_view kRouting = "Banyan-Routing";
constexpr std::string_view kPlacement = "Banyan-Placement";
constexpr std::string_view kForced = "Banyan-Forced";
constexpr std::string_view kShadow = "Banyan-Shadow";
constexpr std::string_view kKey = "Idempotency-Key";
constexpr std::string_view kCorrelation = "X-Correlation-Id";

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [at, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc{} || at != end) return std::nullopt;
  return number;
}

bool is_correlation_id(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return text.size() >= 8 && text.size() <= 128 && std::ranges::all_of(text, good);
}

std::optional<RoutingDecision> decision_from(std::string_view text) {
  // catalog=remote;rev=7
  const std::size_t equals = text.find('=');
  const std::size_t end = text.find(";rev=");
  if (equals == 0 || equals == std::string_view::npos || end == std::string_view::npos ||
      end < equals) {
    return std::nullopt;
  }
  const std::string_view side = text.substr(equals + 1, end - equals - 1);
  const auto revision = whole_number<std::uint64_t>(text.substr(end + 5));
  if (!revision || (side != "local" && side != "remote")) return std::nullopt;
  return RoutingDecision{std::string(text.substr(0, equals)),
                         side == "remote" ? Side::Remote : Side::Local, *revision};
}

Error malformed(std::string_view header, std::string_view expected) {
  return {ErrorCode::InvalidArgument,
          "banyan.invalid_header",
          "the header " + std::string(header) + " is malformed: expected " + std::string(expected),
          {}};
}

// What only trusted peers say.
std::optional<Error> read_internal(const http::Fields& fields, std::chrono::milliseconds budget,
                                   const Clock& clock, Context& context) {
  for (const auto header :
       {kDeadline, kPrincipal, kStickinessKey, kPlace, kRouting, kPlacement, kForced, kShadow}) {
    if (fields.count(header) > 1) return malformed(header, "it at most once");
  }
  if (const auto text = fields.find(kDeadline)) {
    const auto left = whole_number<std::uint32_t>(*text);
    if (!left) return malformed(kDeadline, "the remaining milliseconds, e.g. 1500");
    context.deadline = clock.steady() + std::min(budget, std::chrono::milliseconds(*left));
  }
  if (const auto text = fields.find(kPrincipal)) {
    auto principal = percent_decode(*text);
    if (!principal) return malformed(kPrincipal, "percent-encoded UTF-8");
    context.principal = std::move(*principal);
  }
  if (const auto text = fields.find(kStickinessKey)) {
    auto unit = percent_decode(*text);
    if (!unit) return malformed(kStickinessKey, "percent-encoded UTF-8");
    context.stickiness_key = std::move(*unit);
  }
  if (const auto text = fields.find(kPlace)) context.place = *text;
  if (const auto text = fields.find(kRouting)) {
    auto routing = routing_from(*text);
    if (!routing)
      return malformed(kRouting, "a list like catalog=remote;rev=7, orders=local;rev=3");
    context.routing = std::move(*routing);
  }
  if (const auto text = fields.find(kPlacement); text && !add_epochs(*text, context.routing)) {
    return malformed(kPlacement, "a list like catalog=2, orders=1");
  }
  if (const auto text = fields.find(kForced); text && !add_forced(*text, context.routing)) {
    return malformed(kForced, "a list like catalog, orders");
  }
  context.copy = fields.contains(kShadow);
  return std::nullopt;
}

/// Reads that an action has brought home are at home for whoever it asks, too.
std::vector<RoutingDecision> decisions_with_what_is_home(const Context& context) {
  std::vector<RoutingDecision> decisions = context.routing;
  for (RoutingDecision& each : decisions) {
    if (is_home(context, each.module)) each.side = Side::Local;
  }
  return decisions;
}

}  // namespace

std::string routing_header(const std::vector<RoutingDecision>& decisions) {
  std::string text;
  for (const RoutingDecision& decision : decisions) {
    if (!text.empty()) text += ", ";
    text += decision.module;
    text += '=';
    text += to_string(decision.side);
    text += ";rev=";
    text += std::to_string(decision.revision);
  }
  return text;
}

std::optional<std::vector<RoutingDecision>> routing_from(std::string_view header) {
  std::vector<RoutingDecision> decisions;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    auto decision = decision_from(http::trimmed(header.substr(0, comma)));
    if (!decision) return std::nullopt;
    decisions.push_back(std::move(*decision));
    if (comma == std::string_view::npos) break;
    header.remove_prefix(comma + 1);
  }
  return decisions;
}

std::string placement_header(const std::vector<RoutingDecision>& decisions) {
  std::string text;
  for (const RoutingDecision& decision : decisions) {
    if (decision.epoch == 0) continue;
    if (!text.empty()) text += ", ";
    text += decision.module + '=' + std::to_string(decision.epoch);
  }
  return text;
}

bool add_epochs(std::string_view header, std::vector<RoutingDecision>& decisions) {
  while (true) {
    const std::size_t comma = header.find(',');
    const std::string_view each = http::trimmed(header.substr(0, comma));
    const std::size_t equals = each.find('=');
    if (equals == 0 || equals == std::string_view::npos) return false;
    const auto epoch = whole_number<std::uint64_t>(each.substr(equals + 1));
    if (!epoch) return false;
    const auto module = each.substr(0, equals);
    const auto found = std::ranges::find(decisions, module, &RoutingDecision::module);
    if (found != decisions.end()) found->epoch = *epoch;
    if (comma == std::string_view::npos) return true;
    header.remove_prefix(comma + 1);
  }
}

std::string forced_header(const std::vector<RoutingDecision>& decisions) {
  std::string text;
  for (const RoutingDecision& decision : decisions) {
    if (!decision.forced) continue;
    if (!text.empty()) text += ", ";
    text += decision.module;
  }
  return text;
}

bool add_forced(std::string_view header, std::vector<RoutingDecision>& decisions) {
  while (true) {
    const std::size_t comma = header.find(',');
    const std::string_view module = http::trimmed(header.substr(0, comma));
    if (module.empty()) return false;
    const auto found = std::ranges::find(decisions, module, &RoutingDecision::module);
    if (found != decisions.end()) found->forced = true;
    if (comma == std::string_view::npos) return true;
    header.remove_prefix(comma + 1);
  }
}

Result<Context> context_from(const http::RequestHead& head, const ContextRules& rules,
                             std::string_view address, const Clock& clock, Random& random) {
  const http::Fields& fields = head.fields;
  Context context;
  context.deadline = clock.steady() + rules.budget;
  context.stickiness_key = address;

  const auto correlation = fields.find(kCorrelation);
  context.correlation_id = correlation && is_correlation_id(*correlation)
                               ? std::string(*correlation)
                               : make_uuid7(clock.now(), random);
  auto trace = http::trace_from(fields);
  context.trace = trace ? std::move(*trace) : TraceContext::make(random);

  if (const auto key = fields.find(kKey)) {
    if (fields.count(kKey) > 1 || !is_idempotency_key(*key)) {
      return fail(malformed(kKey, "1 to 255 visible ASCII characters, once"));
    }
    context.idempotency_key = std::string(*key);
  }
  if (rules.trust == Trust::Internal) {
    if (auto error = read_internal(fields, rules.budget, clock, context)) {
      return fail(std::move(*error));
    }
  }
  return context;
}

void put_context(http::RequestHead& head, const Context& context, const Clock& clock) {
  http::Fields& fields = head.fields;
  const auto put = [&](std::string_view name, const std::string& value) {
    if (value.empty()) {
      fields.remove(name);
    } else {
      fields.set(name, value);
    }
  };
  put("traceparent", context.trace.trace_id.empty() ? std::string() : context.trace.traceparent());
  put("tracestate", context.trace.state);
  put(kCorrelation, context.correlation_id);
  put(kKey, context.idempotency_key.value_or(""));
  put(kDeadline, std::to_string(context.remaining(clock).count()));
  put(kPrincipal, percent_encode(context.principal));
  put(kStickinessKey, percent_encode(context.stickiness_key));
  put(kPlace, context.place);
  put(kRouting, context.brought_home == nullptr
                    ? routing_header(context.routing)
                    : routing_header(decisions_with_what_is_home(context)));
  put(kPlacement, placement_header(context.routing));
  put(kForced, forced_header(context.routing));
  put(kShadow, context.copy ? "1" : "");
}

void strip_internal_headers(http::Fields& fields) {
  fields.remove_if([](const http::Fields::Field& field) {
    return http::begins_ignoring_case(field.name, "Banyan-");
  });
}

}  // namespace banyan::binding
