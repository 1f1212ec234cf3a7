// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/forwarding/client_words.hpp"
#include "banyan/http/message.hpp"
#include "banyan/http/serializer.hpp"
#include "banyan/kernel/context.hpp"

namespace banyan::strangler {

/// The decision that brought a request to its side, for whoever asks further from there.
struct RoutingStamp {
  std::string_view rollout;  ///< must live as long as the exchange
  Side side = Side::Local;
  std::uint64_t revision = 0;
  bool forced = false;  ///< a tester has chosen the side
};

/// What the rewriting of a request's head needs to know besides the head.
struct Hop {
  /// The address of who sent the request to us; "" if it came by a Unix socket.
  std::string_view peer;
  std::string_view target;    ///< in place of the request's own; "" leaves that
  bool peer_trusted = false;  ///< continue its X-Forwarded-* and Forwarded
  /// What only a trusted peer may say; null is what there is in use.
  const ClientWords* client_words = nullptr;
  /// Fields of the request that do not go on, whoever the peer is; with "_" as with "-".
  std::span<const std::string> withheld{};
  /// The proxy's own cookie, which does not go on; "": it has none.
  std::string_view own_cookie{};
  /// What clients have in front of the paths that the upstream has at its root, said as
  /// X-Forwarded-Prefix; "" says nothing.
  std::string_view prefix{};
  /// In place of the request's own Destination; "" leaves that.
  std::string_view destination{};
  std::string_view proto = "http";
  std::string_view via = "banyan";
  std::string_view request_id;
  /// Whom the request goes to: what Host says when the client (of HTTP/1.0) said none.
  std::string_view upstream;
  std::optional<std::string_view> upgrade{};  ///< to what the request asks to be upgraded
  bool chunked = false;  ///< the body goes on in chunks, and what comes after it too
  std::optional<RoutingStamp> routing{};  ///< said as Banyan-Routing and Banyan-Forced
  /// Of the span that this attempt is, if that is for export; else "".
  std::string_view traceparent{};
  std::string_view tracestate{};
};

/// Whether a field of that name is one of those that do not go on; CGI reads "_" as "-".
bool is_withheld(std::span<const std::string> names, std::string_view name);

/// Writes the head as it goes to the upstream: hop-by-hop fields, what `Connection` names and
/// `Banyan-*` are left out; X-Forwarded-For, -Proto, -Host, Forwarded and Via are continued or set;
/// Max-Forwards of OPTIONS and TRACE counts down; `traceparent` is the hop's or goes on as it came,
/// but none is made up, and one that cannot be read, or is there twice, does not go on; several
/// `tracestate` become one; X-Request-Id is the exchange's, and X-Correlation-Id the client's or
/// else the same; `extra` replaces what is there under its names. Method and target stay as they
/// are. `Trailer` goes on where trailers do. `TE: trailers` is said again for a client of HTTP/1.1
/// that says it as it has to, with `Connection: TE` (RFC 9110 §10.1.4).
void write_request_head(const http::RequestHead& head, const Hop& hop, const http::Fields& extra,
                        http::HeadWriter& out);

/// Makes of the upstream's head what goes to the client: hop-by-hop fields, `Banyan-*` and
/// X-Request-Id (the engine writes our own) are taken out, `extra` is set. `trailers_go_on`:
/// whether it may announce them.
void turn_into_our_answer(http::ResponseHead& head, const http::Fields& extra,
                          bool trailers_go_on = false);

/// The names in `Connection` without those that never go on anyway; most often none. Host is never
/// among it: no client can have it left out, or the request would mean something else.
std::vector<std::string> nominated(const http::Fields& head);

/// Which trailers go on: not what may not be one (http::may_be_trailer()), nor what is kept out of
/// heads (`nominated` by the head that was before them, `withheld`, `Banyan-*`), nor what a proxy
/// says of clients, whoever the peer is, nor what this one has said in the head or could be taken
/// to have said.
http::Fields trailers_to_pass_on(const http::Fields& trailers,
                                 const std::vector<std::string>& nominated,
                                 const http::Fields& extra, const ClientWords& client_words = {},
                                 std::span<const std::string> withheld = {});

}  // namespace banyan::strangler
