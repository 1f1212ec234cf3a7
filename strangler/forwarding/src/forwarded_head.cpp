// SPDX-License-Identifier: Apache-2.0
#include "banyan/forwarding/forwarded_head.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "banyan/http/cookie.hpp"
#include "banyan/http/list.hpp"
#include "banyan/http/names_alike.hpp"
#include "banyan/http/trace_fields.hpp"
#include "banyan/kernel/context.hpp"
#include "hops.hpp"

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
constexpr std::string_view kForwardedPrefix = "X-Forwarded-Prefix";
constexpr std::string_view kDestination = "Destination";

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

const ClientWords& words_in_use() {
  static const ClientWords words;
  return words;
}

/// CGI and its heirs read '_' as '-': to them X_Forwarded_For is what we say of the client, and
/// nobody but an attacker writes it so.
bool passes_for_ours(std::string_view name) {
  constexpr FieldSet kOurs =
      kHopByHop | kOwnInRequests | FieldSet(std::to_array<FieldName>({"Content-Length", "Host"}));
  if (name.find('_') == std::string_view::npos) return false;
  std::string read(name);
  std::ranges::replace(read, '_', '-');
  return kOurs.contains(http::known_field(read)) || begins_ignoring_case(read, kKitPrefix) ||
         words_in_use().contains(read);
}

/// Which fields of a head go on.
class Sieve {
 public:
  /// `held_back` and `words` (unless null) beside those that never go on.
  Sieve(const http::Fields& fields, FieldSet held_back, const ClientWords* words = nullptr)
      : held_back_(kHopByHop | held_back), words_(words) {
    each_nominated(fields, [this](std::string_view name) { nominated_.push_back(name); });
  }

  bool passes(const http::Fields::Field& field) const {
    if (held_back_.contains(field.known) || passes_for_ours(field.name)) return false;
    if (field.known == 0) {
      if (begins_ignoring_case(field.name, kKitPrefix)) return false;
      if (words_ != nullptr && words_->contains(field.name)) return false;
    }
    return std::ranges::none_of(
        nominated_, [&](std::string_view name) { return equals_ignoring_case(name, field.name); });
  }

 private:
  FieldSet held_back_;
  const ClientWords* words_;
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

  void pass_on(const Hop& hop, bool counts_forwards) {
    FieldSet held_back = kOwnInRequests;
    if (counts_forwards) held_back = held_back | kCounted;
    if (!hop.chunked) held_back = held_back | kTrailer;
    const ClientWords& words = hop.client_words != nullptr ? *hop.client_words : words_in_use();
    const Sieve sieve(from_, held_back, hop.peer_trusted ? nullptr : &words);
    const auto ours = [&](const http::Fields::Field& field) {
      return (!hop.prefix.empty() && field.is(kForwardedPrefix)) ||
             (!hop.destination.empty() && field.is(kDestination));
    };
    for (const auto field : from_) {
      if (!sieve.passes(field) || ours(field) || replaced(field)) continue;
      if (is_withheld(hop.withheld, field.name)) continue;
      if (!hop.own_cookie.empty() && field.is("Cookie")) {
        cookies(field, hop.own_cookie);
      } else {
        to_.add(field);
      }
    }
    to_.add(extra_);
  }

  /// As they came where our own is not among them.
  void cookies(const http::Fields::Field& field, std::string_view but_for) {
    const auto others = http::without_cookie(field.value, but_for);
    if (!others) return to_.add(field);
    if (!others->empty()) to_.add("Cookie", *others);
  }

  /// Where the client's paths begin: before what was taken away here there may be more that a
  /// trusted peer has taken away.
  void prefix(const Hop& hop) {
    if (hop.prefix.empty() || (!extra_.empty() && extra_.contains(kForwardedPrefix))) return;
    http::TextEnd& out = to_.begin_value("X-Forwarded-Prefix");
    if (hop.peer_trusted) {
      from_.each(kForwardedPrefix, [&](std::string_view value) {
        http::any_element(value, [&](std::string_view each) {
          while (each.ends_with('/')) each.remove_suffix(1);
          out.append(each);
          return false;
        });
      });
    }
    out.append(hop.prefix);
    to_.end_value();
  }

  void destination(std::string_view value) {
    if (!value.empty() && !(!extra_.empty() && extra_.contains(kDestination))) {
      to_.add("Destination", value);
    }
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

  /// Whoever records names a span of its own; else what came goes on as it came, if it can be read.
  void trace(const Hop& hop) {
    if (replaced("traceparent")) return;
    if (!hop.traceparent.empty()) {
      to_.add("traceparent", hop.traceparent);
      return own("tracestate", hop.tracestate);
    }
    const auto given = from_.find("traceparent");
    if (!given || from_.count("traceparent") > 1 || !TraceContext::parse(*given)) return;
    to_.add("traceparent", *given);
    own("tracestate", http::tracestate_from(from_));
  }

  void max_forwards() {
    const auto left = forwards_left(from_);
    if (left) to_.add("Max-Forwards", std::to_string(std::max<std::uint64_t>(*left, 1) - 1));
  }

  void ids(std::string_view request_id) {
    own("X-Request-Id", request_id);
    own("X-Correlation-Id", from_.find("X-Correlation-Id").value_or(request_id));
  }

  /// "catalog=remote;rev=87", and "catalog" where a tester has chosen.
  void routing(const RoutingStamp& stamp) {
    to_.begin_value("Banyan-Routing")
        .append(stamp.rollout, "=", to_string(stamp.side), ";rev=", http::Number(stamp.revision));
    to_.end_value();
    if (stamp.forced) to_.add("Banyan-Forced", stamp.rollout);
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

bool is_withheld(std::span<const std::string> names, std::string_view name) {
  return std::ranges::any_of(
      names, [&](std::string_view each) { return http::names_are_alike(each, name); });
}

void write_request_head(const http::RequestHead& head, const Hop& hop, const http::Fields& extra,
                        http::HeadWriter& out) {
  out.request_line(head.method, hop.target.empty() ? std::string_view(head.target) : hop.target);
  RequestWriter writer(head.fields, out, extra);
  const bool counting = counts_forwards(head.method);
  writer.pass_on(hop, counting);
  writer.destination(hop.destination);
  if (!head.fields.contains("Host") && !extra.contains("Host")) out.add("Host", hop.upstream);
  if (counting) writer.max_forwards();
  writer.origin(hop);
  writer.prefix(hop);
  writer.via(head.minor_version, hop.via);
  writer.trace(hop);
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
                                 const http::Fields& extra, const ClientWords& client_words,
                                 std::span<const std::string> withheld) {
  constexpr FieldSet kHeldBack = kHopByHop | kOwnInRequests | kOwnInAnswers;
  http::Fields passed;
  for (const auto field : trailers) {
    const bool ours = kHeldBack.contains(field.known) || passes_for_ours(field.name) ||
                      extra.contains(field.name) || begins_ignoring_case(field.name, kKitPrefix) ||
                      client_words.contains(field.name) || is_withheld(withheld, field.name) ||
                      begins_ignoring_case(field.name, "X-Strangler");
    const bool named = std::ranges::any_of(
        nominated, [&](const std::string& each) { return equals_ignoring_case(each, field.name); });
    if (!ours && !named && http::may_be_trailer(field.name)) passed.add(field.name, field.value);
  }
  return passed;
}

}  // namespace banyan::strangler
