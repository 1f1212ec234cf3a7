// SPDX-License-Identifier: Apache-2.0
#include "forwarding/forwarded_head.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "kernel/context.hpp"

namespace banyan::strangler {
namespace {

using http::equals_ignoring_case;

constexpr std::string_view kKitPrefix = "Banyan-";

/// Spoken about one connection only; RFC 9110 §7.6.1, and what old clients send.
constexpr std::array<std::string_view, 3> kMoreHopByHop = {"Proxy-Authorization", "HTTP2-Settings",
                                                           "Proxy-Authentication-Info"};
/// Written anew for the upstream.
constexpr std::array<std::string_view, 10> kOwnRequestFields = {
    "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP",
    "Via",       "traceparent",     "tracestate",        "X-Request-Id",     "X-Correlation-Id"};

bool one_of(std::string_view name, const auto& names) {
  return std::ranges::any_of(
      names, [&](std::string_view each) { return equals_ignoring_case(each, name); });
}

bool starts_ignoring_case(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() &&
         equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

/// Whether `Connection` names anything but the usual, so that the search may be spared.
bool nominates(const http::Fields& fields) {
  for (const auto field : fields) {
    if (!equals_ignoring_case(field.name, "Connection")) continue;
    if (!equals_ignoring_case(field.value, "keep-alive") &&
        !equals_ignoring_case(field.value, "close")) {
      return true;
    }
  }
  return false;
}

/// Which fields of a head go on.
class Sieve {
 public:
  explicit Sieve(const http::Fields& fields) : fields_(fields), nominating_(nominates(fields)) {}

  bool passes(std::string_view name) const {
    if (one_of(name, http::kHopByHopFields) || one_of(name, kMoreHopByHop)) return false;
    if (starts_ignoring_case(name, kKitPrefix)) return false;
    // No client can have Host left out by naming it: the request would mean something else.
    return !nominating_ || equals_ignoring_case(name, "Host") ||
           !fields_.has_token("Connection", name);
  }

 private:
  const http::Fields& fields_;
  bool nominating_;
};

/// All values of a list field as one.
std::string joined(const http::Fields& fields, std::string_view name) {
  std::string all;
  for (const auto field : fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (!all.empty()) all += ", ";
    all += field.value;
  }
  return all;
}

std::string continued(std::string list, std::string_view next) {
  if (!list.empty()) list += ", ";
  return list += next;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

/// RFC 7239 §4: what is no token is quoted, IPv6 addresses are in brackets.
void append_pair_value(std::string& out, std::string_view value) {
  if (http::is_token(value)) {
    out += value;
  } else {
    append_quoted(out, value);
  }
}

std::string forwarded_element(const Hop& hop, std::string_view host) {
  std::string element = "for=";
  if (hop.peer.host.find(':') != std::string::npos) {
    append_quoted(element, "[" + hop.peer.host + "]");
  } else {
    append_pair_value(element, hop.peer.host.empty() ? "unknown" : hop.peer.host);
  }
  if (!host.empty()) {
    element += ";host=";
    append_pair_value(element, host);
  }
  element += ";proto=";
  return element += hop.proto;
}

class RequestWriter {
 public:
  RequestWriter(const http::Fields& from, http::Fields& to, const http::Fields& extra)
      : from_(from), to_(to), extra_(extra) {}

  void pass_on() {
    const Sieve sieve(from_);
    for (const auto field : from_) {
      if (!sieve.passes(field.name) || one_of(field.name, kOwnRequestFields)) continue;
      if (extra_.contains(field.name)) continue;
      to_.add(field.name, field.value);
    }
    for (const auto field : extra_) to_.add(field.name, field.value);
  }

  void own(std::string_view name, std::string_view value) {
    if (!value.empty() && !extra_.contains(name)) to_.add(name, value);
  }

  void origin(const Hop& hop) {
    const std::string_view host = from_.find("Host").value_or("");
    const bool trusted = hop.peer_trusted;
    const auto believed = [&](std::string_view name, std::string_view otherwise) {
      return trusted ? from_.find(name).value_or(otherwise) : otherwise;
    };
    own("X-Forwarded-For",
        trusted ? continued(joined(from_, "X-Forwarded-For"), hop.peer.host) : hop.peer.host);
    own("X-Real-IP", believed("X-Real-IP", ""));
    own("X-Forwarded-Proto", believed("X-Forwarded-Proto", hop.proto));
    own("X-Forwarded-Host", believed("X-Forwarded-Host", host));
    own("Forwarded", trusted ? continued(joined(from_, "Forwarded"), forwarded_element(hop, host))
                             : forwarded_element(hop, host));
  }

  void via(int minor_version, std::string_view name) {
    std::string element = minor_version == 0 ? "1.0 " : "1.1 ";
    element += name;
    own("Via", continued(joined(from_, "Via"), element));
  }

  void trace(Random& random) {
    if (extra_.contains("traceparent")) return;
    const auto given = from_.find("traceparent");
    const auto parsed =
        given ? TraceContext::parse(*given, from_.find("tracestate").value_or("")) : std::nullopt;
    const TraceContext trace = parsed ? parsed->child(random) : TraceContext::make(random);
    to_.add("traceparent", trace.traceparent());
    if (!trace.state.empty()) to_.add("tracestate", trace.state);
  }

  void ids(std::string_view request_id) {
    own("X-Request-Id", request_id);
    own("X-Correlation-Id", from_.find("X-Correlation-Id").value_or(request_id));
  }

 private:
  const http::Fields& from_;
  http::Fields& to_;
  const http::Fields& extra_;
};

}  // namespace

http::RequestHead request_head_for_upstream(const http::RequestHead& head, const Hop& hop,
                                            const http::Fields& extra, Random& random) {
  http::RequestHead out{head.method, head.target, 1, {}};
  RequestWriter writer(head.fields, out.fields, extra);
  writer.pass_on();
  writer.origin(hop);
  writer.via(head.minor_version, hop.via);
  writer.trace(random);
  writer.ids(hop.request_id);
  return out;
}

http::ResponseHead response_head_for_client(const http::ResponseHead& head,
                                            const http::Fields& extra) {
  http::ResponseHead out{head.status, head.reason, {}, 1};
  const Sieve sieve(head.fields);
  for (const auto field : head.fields) {
    if (!sieve.passes(field.name) || equals_ignoring_case(field.name, "X-Request-Id")) continue;
    if (extra.contains(field.name)) continue;
    out.fields.add(field.name, field.value);
  }
  for (const auto field : extra) out.fields.add(field.name, field.value);
  return out;
}

}  // namespace banyan::strangler
