// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "http/endpoint.hpp"
#include "http/message.hpp"
#include "kernel/random.hpp"

namespace banyan::strangler {

/// What the rewriting of a request's head needs to know besides the head.
struct Hop {
  http::Endpoint peer;        ///< who sent the request to us
  bool peer_trusted = false;  ///< continue its X-Forwarded-* and Forwarded
  std::string_view proto = "http";
  std::string_view via = "banyan";
  std::string_view request_id;
};

/// The head as it goes to the upstream: hop-by-hop fields, what `Connection` names and `Banyan-*`
/// are left out; X-Forwarded-For, -Proto, -Host, Forwarded and Via are continued or set;
/// `traceparent` is continued with a span of our own, or begun; X-Request-Id is the exchange's, and
/// X-Correlation-Id the client's or else the same; `extra` replaces what is there under its names.
/// Method and target stay as they are.
http::RequestHead request_head_for_upstream(const http::RequestHead& head, const Hop& hop,
                                            const http::Fields& extra, Random& random);

/// The head as it goes to the client: hop-by-hop fields, `Banyan-*` and X-Request-Id (the engine
/// writes our own) are left out, `extra` is set.
http::ResponseHead response_head_for_client(const http::ResponseHead& head,
                                            const http::Fields& extra);

}  // namespace banyan::strangler
