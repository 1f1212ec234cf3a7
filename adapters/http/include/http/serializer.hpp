// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace banyan::http {

/// Whether the connection is used again.
enum class Persistence : std::uint8_t {
  KeepAlive,     ///< as HTTP/1.1 takes it for granted
  SayKeepAlive,  ///< to an HTTP/1.0 peer that asked for it
  Close,
};

/// Append the bytes of a head to `out`, from the parsed form only. A method, target, name or value
/// that could end its line or hide something is refused (status 500, "http.unsendable") and `out`
/// stays as it was. Content-Length and Transfer-Encoding come from `framing`, Connection from
/// `persistence`; fields of these names and `Keep-Alive`, `Proxy-Connection`, `TE`, `Trailer` and
/// `Upgrade` in the head are left out, since they speak about one connection.
std::expected<void, Refusal> serialize_head(const RequestHead& head, Framing framing,
                                            Persistence persistence, std::string& out);

/// As above. 1xx and 204 get no framing whatever is asked for; 304 and answers to HEAD may say the
/// length that GET would have had.
std::expected<void, Refusal> serialize_head(const ResponseHead& head, Framing framing,
                                            Persistence persistence, std::string& out);

/// The line before the bytes of a chunk, and what ends it; nothing for an empty piece, which
/// would end the body.
void begin_chunk(std::size_t size, std::string& out);
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// A whole message, its length declared.
std::expected<std::string, Refusal> serialize(const Request& request,
                                              Persistence persistence = Persistence::KeepAlive);
std::expected<std::string, Refusal> serialize(const Response& response,
                                              Persistence persistence = Persistence::KeepAlive);

}  // namespace banyan::http
