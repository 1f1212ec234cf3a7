// SPDX-License-Identifier: Apache-2.0
#include "forwarding/forwarded_head.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "hops.hpp"
#include "http/list.hpp"
#include "kernel/context.hpp"
#include "trace_parent.hpp"

namespace banyan::strangler {
namespace {

using http::begins_ignoring_case;
using http::equals_ignoring_case;
using http::FieldName;
using http::FieldSet;

constexpr std::string_view kKitPrefix = "Banyan-";

/// Spoken about one connection only; RFC 9110 §7.6.1, and what old clients send.
constexpr FieldSet kHopByHop =
    http::kHopByHopFields |
    FieldSet(std::to_array<FieldName>(
        {"Proxy-Authorization", "HTTP2-Settings", "Proxy-Authentication-Info"}));

/// Written anew for the upstream.
constexpr FieldSet kOwnInRequests(std::to_array<FieldName>(
    {"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via",
     "traceparent", "tracestate", "X-Request-Id", "X-Correlation-Id"}));

/// Written anew for the client, by the engine.
constexpr FieldSet kOwnInAnswers(std::to_array<FieldName>({"X-Request-Id"}));

constexpr FieldSet kCounted(std::to_array<FieldName>({"Max-Forwards"}));

/// Announces what comes after a body that goes on in chunks.
constexpr FieldSet kTrailer(std::to_array<FieldName>({"Trailer"}));

template <class Use>
void each_nominated(const http::Fields& head, const Use& use) {
  head.each("Connection", [&](std::string_view list) {
    http::any_element(list, [&](std::string_view name) {
      const bool usual = name.empty() || equals_ignoring_case(name, "keep-alive") ||
                         equals_ignoring_case(name, "close") || equals_ignoring_case(name, "Host");
      if (!usual) use(name);
      return false;
    });
  });
}

/// CGI and its heirs read '_' as '-': to them X_Forwarded_For is what we say of the client.
bool passes_for_ours(std::string_view name) {
  constexpr FieldSet kOurs =
      kHopByHop | kOwnInRequests | FieldSet(std::to_array<FieldName>({"Content-Length", "Host"}));
  if (name.find('_') == std::string_view::npos) return false;
  std::string read(name);
  std::ranges::replace(read, '_', '-');
  return kOurs.contains(http::known_field(read)) || begins_ignoring_case(read, kKitPrefix) ||
         begins_ignoring_case(read, "X-Forwarded-");
}

/// Which fields of a head go on.
class Sieve {
 public:
  /// `held_back` beside those that never go on.
  Sieve(const http::Fields& fields, FieldSet held_back) : held_back_(kHopByHop | held_back) {
    each_nominated(fields, [this](std::string_view name) { nominated_.push_back(name); });
  }

  bool passes(const http::Fields::Field& field) const {
    if (held_back_.contains(field.known) || passes_for_ours(field.name)) return false;
    if (field.known == 0 && begins_ignoring_case(field.name, kKitPrefix)) return false;
    return std::ranges::none_of(
        nominated_, [&](std::string_view name) { return equals_ignoring_case(name, field.name); });
  }

 private:
  FieldSet held_back_;
  std::vector<std::string_view> nominated_;
};

void append_quoted(http::TextEnd& out, std::string_view text) {
  const auto needs_backslash = [](char c) { return c == '"' || c == '\\'; };
  out.append('"');
  while (true) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if(text, needs_backslash) - text.begin());
    out.append(text.substr(0, plain));
    if (plain == text.size()) break;
    out.append('\\').append(text[plain]);
    text.remove_prefix(plain + 1);
  }
  out.append('"');
}

/// RFC 7239 §4: what is no token is quoted, IPv6 addresses are in brackets.
void append_pair_value(http::TextEnd& out, std::string_view value) {
  if (http::is_token(value)) {
    out.append(value);
  } else {
    append_quoted(out, value);
  }
}

void append_forwarded_element(http::TextEnd& out, const Hop& hop, std::string_view host) {
  out.append("for=");
  if (hop.peer.find(':') == std::string_view::npos) {
    append_pair_value(out, hop.peer.empty() ? "unknown" : hop.peer);
  } else {
    out.append("\"[", hop.peer, "]\"");
  }
  if (!host.empty()) {
    out.append(";host=");
    append_pair_value(out, host);
  }
  out.append(";proto=", hop.proto);
}

/// What of a list the hops before us have said.
void append_list(http::TextEnd& out, const http::Fields& fields, FieldName name) {
  fields.each(name, [&](std::string_view value) { out.append(value, ", "); });
}

/// Writes the fields of one request's head, in their order.
class RequestWriter {
 public:
  RequestWriter(const http::Fields& from, http::HeadWriter& to, const http::Fields& extra)
      : from_(from), to_(to), extra_(extra) {}

  void pass_on(bool counts_forwards, bool trailers_go_on) {
    FieldSet held_back = kOwnInRequests;
    if (counts_forwards) held_back = held_back | kCounted;
    if (!trailers_go_on) held_back = held_back | kTrailer;
    const Sieve sieve(from_, held_back);
    for (const auto field : from_) {
      if (sieve.passes(field) && !replaced(field)) to_.add(field);
    }
    to_.add(extra_);
  }

  void origin(const Hop& hop) {
    const std::string_view host = from_.find("Host").value_or("");
    const auto believed = [&](FieldName name, std::string_view otherwise) {
      return hop.peer_trusted ? from_.find(name).value_or(otherwise) : otherwise;
    };
    forwarded_for(hop);
    own("X-Real-IP", believed("X-Real-IP", ""));
    own("X-Forwarded-Proto", believed("X-Forwarded-Proto", hop.proto));
    own("X-Forwarded-Host", believed("X-Forwarded-Host", host));
    list("Forwarded", hop.peer_trusted,
         [&](http::TextEnd& out) { append_forwarded_element(out, hop, host); });
  }

  /// Somebody without an address adds nothing to what was said before.
  void forwarded_for(const Hop& hop) {
    if (!hop.peer.empty()) {
      return list("X-Forwarded-For", hop.peer_trusted,
                  [&](http::TextEnd& out) { out.append(hop.peer); });
    }
    if (!hop.peer_trusted || replaced("X-Forwarded-For")) return;
    for (const auto field : from_) {
      if (field.is("X-Forwarded-For")) to_.add(field);
    }
  }

  void via(int minor_version, std::string_view name) {
    list("Via", true,
         [&](http::TextEnd& out) { out.append(minor_version == 0 ? "1.0 " : "1.1 ", name); });
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

  /// "catalog=remote;rev=87"
  void routing(const RoutingStamp& stamp) {
    to_.begin_value("Banyan-Routing")
        .append(stamp.migration, "=", to_string(stamp.side), ";rev=", http::Number(stamp.revision));
    to_.end_value();
  }

 private:
  bool replaced(const http::Fields::Field& field) const {
    return !extra_.empty() && extra_.contains(field.name);
  }
  bool replaced(FieldName name) const { return extra_.contains(name); }

  void own(FieldName name, std::string_view value) {
    if (!value.empty() && !replaced(name)) to_.add(name, value);
  }

  /// What was said before us, if it is `continued`, and what `append` has to say.
  template <class Append>
  void list(FieldName name, bool continued, const Append& append) {
    if (replaced(name)) return;
    http::TextEnd& out = to_.begin_value(name);
    if (continued) append_list(out, from_, name);
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
  if (hop.routing) writer.routing(*hop.routing);
  if (hop.upgrade) {
    out.upgrade(*hop.upgrade);
  } else if (accepts_trailers(head)) {
    out.accept_trailers();
  }
}

void turn_into_our_answer(http::ResponseHead& head, const http::Fields& extra,
                          bool trailers_go_on) {
  const Sieve sieve(head.fields, trailers_go_on ? kOwnInAnswers : kOwnInAnswers | kTrailer);
  head.fields.remove_if([&](const http::Fields::Field& field) {
    return !sieve.passes(field) || (!extra.empty() && extra.contains(field.name));
  });
  for (const auto field : extra) head.fields.add(field.name, field.value);
  head.minor_version = 1;
}

std::vector<std::string> nominated(const http::Fields& head) {
  std::vector<std::string> names;
  each_nominated(head, [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

http::Fields trailers_to_pass_on(const http::Fields& trailers,
                                 const std::vector<std::string>& nominated,
                                 const http::Fields& extra) {
  constexpr FieldSet kHeldBack = kHopByHop | kOwnInRequests | kOwnInAnswers;
  http::Fields passed;
  for (const auto field : trailers) {
    const bool ours = kHeldBack.contains(field.known) || passes_for_ours(field.name) ||
                      extra.contains(field.name) || begins_ignoring_case(field.name, kKitPrefix) ||
                      begins_ignoring_case(field.name, "X-Forwarded-") ||
                      begins_ignoring_case(field.name, "X-Strangler");
    const bool named = std::ranges::any_of(
        nominated, [&](const std::string& each) { return equals_ignoring_case(each, field.name); });
    if (!ours && !named && http::may_be_trailer(field.name)) passed.add(field.name, field.value);
  }
  return passed;
}

}  // namespace banyan::strangler
