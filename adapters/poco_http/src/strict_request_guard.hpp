// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/HTTPRequest.h>

#include <optional>

#include "banyan/http/message.hpp"
#include "banyan/http/parser.hpp"

namespace banyan::poco_http {

/// Stands between Poco's parser and everything else. A head that Poco has let through is read again
/// by the engine's rules (one Host, one length of digits or exactly `chunked`, tokens, no control
/// characters, HTTP/1.0 or 1.1, …), and a POST, PUT or PATCH has to say how long its body is. The
/// body is then read by the same parser.
///
/// It sees what Poco has made of the bytes. What Poco drops leaves no trace (lines without a
/// colon), nor does what it forgives (bare line feeds, blanks before a colon) or decodes (encoded
/// words, RFC 2047). So it is no edge: a server behind it talks to processes of this machine only.
class StrictRequestGuard {
 public:
  explicit StrictRequestGuard(const http::Limits& limits) : parser_(limits) {}

  /// Why the request is not handled; nothing when it may be. Once.
  std::optional<http::Refusal> refusal_of(const Poco::Net::HTTPRequest& request);

  /// After refusal_of() has found nothing: has the head, and reads the body.
  http::RequestParser& parser() { return parser_; }
  const http::RequestHead& head() const { return parser_.head(); }

 private:
  http::RequestParser parser_;
};

}  // namespace banyan::poco_http
