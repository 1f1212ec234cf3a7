// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/trace_fields.hpp"

#include <cstddef>
#include <string_view>

namespace banyan::http {
namespace {

constexpr std::size_t kMostMembers = 32;

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string tracestate_from(const Fields& fields) {
  std::string state;
  std::size_t members = 0;
  fields.each("tracestate", [&](std::string_view list) {
    while (true) {
      const auto comma = list.find(',');
      if (const auto member = without_blanks(list.substr(0, comma)); !member.empty()) {
        if (members++ > 0) state += ',';
        state += member;
      }
      if (comma == std::string_view::npos) return;
      list.remove_prefix(comma + 1);
    }
  });
  if (members > kMostMembers) state.clear();
  return state;
}

std::optional<TraceContext> trace_from(const Fields& fields) {
  const auto parent = fields.find("traceparent");
  if (!parent || fields.count("traceparent") > 1) return std::nullopt;
  auto trace = TraceContext::parse(*parent);
  if (trace) trace->state = tracestate_from(fields);
  return trace;
}

}  // namespace banyan::http
