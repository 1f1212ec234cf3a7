// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/fields.hpp"

namespace banyan::http {

struct RequestHead {
  std::string method;
  std::string target;     ///< exactly as it came: origin-form, or "*" for OPTIONS
  int minor_version = 1;  ///< HTTP/1.x
  Fields fields;
  friend bool operator==(const RequestHead&, const RequestHead&) = default;

  void clear() noexcept;  ///< keeps the capacity
};

struct ResponseHead {
  unsigned status = 200;
  std::string reason;  ///< "" stands for the usual phrase
  Fields fields;
  int minor_version = 1;
  friend bool operator==(const ResponseHead&, const ResponseHead&) = default;

  void clear() noexcept;  ///< keeps the capacity
};

struct Request {
  RequestHead head;
  std::string body;
  friend bool operator==(const Request&, const Request&) = default;
};

struct Response {
  ResponseHead head;
  std::string body;
  friend bool operator==(const Response&, const Response&) = default;
};

/// How a message says where its body ends. The parsers derive it, the serializers write it: the
/// fields Content-Length, Transfer-Encoding and Connection of a head that is sent are never copied.
struct Framing {
  enum class Kind : std::uint8_t {
    None,        ///< no body
    Length,      ///< `length` bytes (for an answer to HEAD: what GET would have sent)
    Chunked,     ///< pieces until the last one says so
    UntilClose,  ///< responses of old peers: everything until the connection ends
  };
  Kind kind = Kind::None;
  std::uint64_t length = 0;

  static Framing none() { return {}; }
  static Framing of_length(std::uint64_t length) { return {Kind::Length, length}; }
  static Framing chunked() { return {Kind::Chunked, 0}; }
  static Framing until_close() { return {Kind::UntilClose, 0}; }
  friend bool operator==(const Framing&, const Framing&) = default;
};

/// Why a message is not taken.
struct Refusal {
  unsigned status = 400;  ///< what the sender of a request is told; 502 for a response
  std::string name;       ///< stable, e.g. "http.bare_line_feed"; tests and metrics go by it
  std::string message;    ///< what is wrong, and where
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// What a careful operator lets in.
struct Limits {
  std::size_t head_bytes = 32 * 1024;     ///< start line and fields together; else 431
  std::size_t target_bytes = 8 * 1024;    ///< else 414
  std::size_t fields = 128;               ///< else 431; a proxy in front that allows 100 adds some
  std::size_t trailer_bytes = 4 * 1024;   ///< fields after a chunked body; else 431
  std::size_t chunk_line_bytes = 256;     ///< size and extensions of one chunk
  std::uint64_t body_bytes = UINT64_MAX;  ///< else 413
  /// Targets may hold UTF-8 as it is, not percent-encoded, as some clients send it; else 400.
  bool utf8_targets = false;
};

/// "Not Found" for 404; "" for a status that has no usual phrase.
std::string_view reason_phrase(unsigned status) noexcept;

/// RFC 9110 §5.6.2: method and field names.
bool is_token(std::string_view text) noexcept;
/// Visible ASCII, obs-text, and blanks inside: what may stand in a field value.
bool is_field_value(std::string_view text) noexcept;

/// What speaks about one connection only, and is never passed on.
inline constexpr FieldSet kHopByHopFields(std::to_array<FieldName>(
    {"Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "Transfer-Encoding"}));

/// Whether a field may come after the body (RFC 9110 §6.5.1). Not what has to be known before it:
/// framing, routing, authentication, modifiers and preferences of the request, controls of the
/// response, and what the content is; Content-Digest (RFC 9530) may. Nor hop-by-hop fields.
bool may_be_trailer(std::string_view name) noexcept;

/// The protocol that a request asks to go on with on its connection, if it is one that is passed
/// on: "websocket" (RFC 6455), asked for as RFC 9110 §7.8 wants it, by a request without body. h2c
/// never is: what is spoken then could not be looked into.
std::optional<std::string_view> asked_upgrade(const RequestHead& head);

}  // namespace banyan::http
