// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/http/serializer.hpp"

namespace banyan::http {

/// An answer as HTTP/1 writes it: a head, pieces and trailers in, text for a connection out. The
/// only part of the server that knows how an answer looks on the wire; a connection speaks of
/// heads, pieces and ends. Keeps count of what was announced. One for a connection, begun anew for
/// each answer. No I/O.
class Http1Answer {
 public:
  /// What the engine says with every answer, and what the client can take.
  struct Terms {
    Persistence persistence = Persistence::KeepAlive;
    bool to_head = false;  ///< the answer to a HEAD request
    std::string_view date;
    std::string_view id;  ///< X-Request-Id
  };

  /// How a body that is framed like this goes to such a client: HTTP/1.0 knows no chunks.
  static Framing for_client(Framing framing, bool old_client) noexcept {
    return framing.kind == Framing::Kind::Chunked && old_client ? Framing::until_close() : framing;
  }

  /// The head. When it cannot be sent, nothing is written.
  std::expected<void, Refusal> begin(const ResponseHead& head, Framing framing, const Terms& terms,
                                     std::string& out);
  /// A 101: what follows is the other protocol's.
  std::expected<void, Refusal> begin_tunnel(const ResponseHead& head, std::string_view protocol,
                                            std::string_view id, std::string& out);
  /// An interim answer; false when it cannot be sent.
  static bool inform(const ResponseHead& head, std::string& out);
  /// 100: the body may come.
  static void say_continue(std::string& out);

  /// Whether what is written is sent at all: not to HEAD, nor with 204 and 304.
  bool has_body() const noexcept { return has_body_; }

  enum class Piece : std::uint8_t {
    Sent,     ///< to be sent, between begin_piece() and piece_end()
    Dropped,  ///< the answer has no body, or the piece is empty
    TooMuch,  ///< more than was announced
  };
  /// Takes note of a piece of that many bytes.
  Piece take(std::size_t size) noexcept;
  void begin_piece(std::size_t size, std::string& out) const;
  std::string_view piece_end() const noexcept;

  enum class End : std::uint8_t { Whole, Short, BadTrailer };
  /// What comes behind the last piece; Short when less was written than announced.
  End end(const Fields& trailers, std::string& out) const;

 private:
  Framing framing_;
  bool has_body_ = true;
  std::uint64_t left_ = 0;  ///< of an announced length
};

}  // namespace banyan::http
