// SPDX-License-Identifier: Apache-2.0
#include "forwarding/forwarded_head.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hops.hpp"
#include "http/list.hpp"
#include "kernel/context.hpp"
#include "trace_parent.hpp"

namespace banyan::strangler {
namespace {

using http::equals_ignoring_case;
using http::NameSet;

constexpr std::string_view kKitPrefix = "Banyan-";

/// Spoken about one connection only; RFC 9110 §7.6.1, and what old clients send.
constexpr NameSet kMoreHopByHop(std::to_array<std::string_view>(
    {"Proxy-Authorization", "HTTP2-Settings", "Proxy-Authentication-Info"}));

/// Written anew for the upstream.
constexpr NameSet kOwnRequestFields(std::to_array<std::string_view>(
    {"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via",
     "traceparent", "tracestate", "X-Request-Id", "X-Correlation-Id"}));

bool starts_ignoring_case(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() &&
         equals_ignoring_case(name.substr(0, prefix.size()), prefix);
}

/// Which fields of a head go on.
class Sieve {
 public:
  Sieve(std::vector<std::string> nominated, bool trailers_go_on)
      : nominated_(std::move(nominated)), trailers_go_on_(trailers_go_on) {}

  bool passes(std::string_view name) const {
    if (!trailers_go_on_ && equals_ignoring_case(name, "Trailer")) return false;
    if (http::kHopByHopFields.contains(name) || kMoreHopByHop.contains(name)) return false;
    if (starts_ignoring_case(name, kKitPrefix)) return false;
    return std::ranges::none_of(
        nominated_, [&](const std::string& each) { return equals_ignoring_case(each, name); });
  }

 private:
  std::vector<std::string> nominated_;
  bool trailers_go_on_;
};

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

void append_forwarded_element(std::string& out, const Hop& hop, std::string_view host) {
  out += "for=";
  if (hop.peer.find(':') == std::string_view::npos) {
    append_pair_value(out, hop.peer.empty() ? "unknown" : hop.peer);
  } else {
    out.append("\"[").append(hop.peer).append("]\"");
  }
  if (!host.empty()) {
    out += ";host=";
    append_pair_value(out, host);
  }
  out.append(";proto=").append(hop.proto);
}

/// What of a list the hops before us have said.
void append_list(std::string& out, const http::Fields& fields, std::string_view name) {
  for (const auto field : fields) {
    if (equals_ignoring_case(field.name, name)) out.append(field.value).append(", ");
  }
}

/// Writes the fields of one request's head, in their order.
class RequestWriter {
 public:
  RequestWriter(const http::Fields& from, http::HeadWriter& to, const http::Fields& extra)
      : from_(from), to_(to), extra_(extra) {}

  void pass_on(bool counts_forwards, bool trailers_go_on) {
    const Sieve sieve(nominated(from_), trailers_go_on);
    for (const auto field : from_) {
      if (!sieve.passes(field.name) || kOwnRequestFields.contains(field.name)) continue;
      if (counts_forwards && equals_ignoring_case(field.name, "Max-Forwards")) continue;
      if (!replaced(field.name)) to_.add(field);
    }
    to_.add(extra_);
  }

  void origin(const Hop& hop) {
    const std::string_view host = from_.find("Host").value_or("");
    const auto believed = [&](std::string_view name, std::string_view otherwise) {
      return hop.peer_trusted ? from_.find(name).value_or(otherwise) : otherwise;
    };
    forwarded_for(hop);
    own("X-Real-IP", believed("X-Real-IP", ""));
    own("X-Forwarded-Proto", believed("X-Forwarded-Proto", hop.proto));
    own("X-Forwarded-Host", believed("X-Forwarded-Host", host));
    list("Forwarded", hop.peer_trusted,
         [&](std::string& out) { append_forwarded_element(out, hop, host); });
  }

  /// Somebody without an address adds nothing to what was said before.
  void forwarded_for(const Hop& hop) {
    if (!hop.peer.empty()) {
      return list("X-Forwarded-For", hop.peer_trusted, [&](std::string& out) { out += hop.peer; });
    }
    if (!hop.peer_trusted || replaced("X-Forwarded-For")) return;
    for (const auto field : from_) {
      if (equals_ignoring_case(field.name, "X-Forwarded-For")) to_.add(field);
    }
  }

  void via(int minor_version, std::string_view name) {
    list("Via", true,
         [&](std::string& out) { out.append(minor_version == 0 ? "1.0 " : "1.1 ").append(name); });
  }

  void trace(Random& random) {
    if (replaced("traceparent")) return;
    const auto given = from_.find("traceparent");
    const auto parsed =
        given ? TraceContext::parse(*given, from_.find("tracestate").value_or("")) : std::nullopt;
    if (!parsed) {
      const TraceParent made(random);
      return to_.add("traceparent", made.text());
    }
    const TraceContext next = parsed->child(random);
    to_.add("traceparent", next.traceparent());
    if (!next.state.empty()) to_.add("tracestate", next.state);
  }

  void max_forwards() {
    const auto left = forwards_left(from_);
    if (left) to_.add("Max-Forwards", std::to_string(std::max<std::uint64_t>(*left, 1) - 1));
  }

  void ids(std::string_view request_id) {
    own("X-Request-Id", request_id);
    own("X-Correlation-Id", from_.find("X-Correlation-Id").value_or(request_id));
  }

 private:
  bool replaced(std::string_view name) const { return extra_.contains(name); }

  void own(http::FieldName name, std::string_view value) {
    if (!value.empty() && !replaced(name.text())) to_.add(name, value);
  }

  /// What was said before us, if it is `continued`, and what `append` has to say.
  template <class Append>
  void list(http::FieldName name, bool continued, const Append& append) {
    if (replaced(name.text())) return;
    std::string& out = to_.begin_value(name);
    if (continued) append_list(out, from_, name.text());
    append(out);
    to_.end_value();
  }

  const http::Fields& from_;
  http::HeadWriter& to_;
  const http::Fields& extra_;
};

bool accepts_trailers(const http::RequestHead& head) {
  return head.minor_version > 0 && head.fields.has_token("TE", "trailers") &&
         head.fields.has_token("Connection", "TE");
}

}  // namespace

std::vector<std::string> nominated(const http::Fields& fields) {
  std::vector<std::string> names;
  for (const auto field : fields) {
    if (!equals_ignoring_case(field.name, "Connection")) continue;
    http::any_element(field.value, [&](std::string_view name) {
      const bool usual = name.empty() || equals_ignoring_case(name, "keep-alive") ||
                         equals_ignoring_case(name, "close") || equals_ignoring_case(name, "Host");
      if (!usual) names.emplace_back(name);
      return false;
    });
  }
  return names;
}

void write_request_head(const http::RequestHead& head, const Hop& hop, const http::Fields& extra,
                        Random& random, http::HeadWriter& out) {
  out.request_line(head.method, hop.target.empty() ? std::string_view(head.target) : hop.target);
  RequestWriter writer(head.fields, out, extra);
  const bool counting = counts_forwards(head.method);
  writer.pass_on(counting, hop.chunked);
  if (!head.fields.contains("Host") && !extra.contains("Host")) out.add("Host", hop.upstream);
  if (counting) writer.max_forwards();
  writer.origin(hop);
  writer.via(head.minor_version, hop.via);
  writer.trace(random);
  writer.ids(hop.request_id);
  if (hop.upgrade) {
    out.upgrade(*hop.upgrade);
  } else if (accepts_trailers(head)) {
    out.accept_trailers();
  }
}

void turn_into_our_answer(http::ResponseHead& head, const http::Fields& extra,
                          bool trailers_go_on) {
  const Sieve sieve(nominated(head.fields), trailers_go_on);
  head.fields.remove_if([&](const http::Fields::Field& field) {
    return !sieve.passes(field.name) || equals_ignoring_case(field.name, "X-Request-Id") ||
           (!extra.empty() && extra.contains(field.name));
  });
  for (const auto field : extra) head.fields.add(field.name, field.value);
  head.minor_version = 1;
}

http::Fields trailers_to_pass_on(const http::Fields& trailers,
                                 const std::vector<std::string>& nominated,
                                 const http::Fields& extra) {
  const Sieve sieve(nominated, false);
  http::Fields passed;
  for (const auto field : trailers) {
    const bool ours = kOwnRequestFields.contains(field.name) || extra.contains(field.name) ||
                      starts_ignoring_case(field.name, "X-Forwarded-") ||
                      starts_ignoring_case(field.name, "X-Strangler");
    if (!ours && sieve.passes(field.name) && http::may_be_trailer(field.name)) {
      passed.add(field.name, field.value);
    }
  }
  return passed;
}

}  // namespace banyan::strangler
