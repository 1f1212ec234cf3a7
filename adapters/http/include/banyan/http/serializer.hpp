// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/http/text_end.hpp"

namespace banyan::http {

/// Whether the connection is used again.
enum class Persistence : std::uint8_t {
  KeepAlive,     ///< as HTTP/1.1 takes it for granted
  SayKeepAlive,  ///< to an HTTP/1.0 peer that asked for it
  Close,
};

/// Writes a head, piece by piece, at the end of a text; until finish() the text is not to be used
/// by others. A method, target, name or value that could end its line or hide something spoils it:
/// finish() refuses then (status 500, "http.unsendable"), and the text is as it was. Fields that a
/// parser has proven are not looked at again. Content-Length and Transfer-Encoding come from the
/// framing, Connection from the persistence; fields of these names and `Keep-Alive`,
/// `Proxy-Connection`, `TE` and `Upgrade` are left out, since they speak about one connection.
class HeadWriter {
 public:
  explicit HeadWriter(std::string& out) : out_(out), start_(out_.size()) {}

  void request_line(std::string_view method, std::string_view target);
  void status_line(unsigned status, std::string_view reason);

  void add(const Fields::Field& field);
  void add(FieldName name, std::string_view value);
  /// One whose value is known to be sendable, of a name that is not left out.
  void add_proven(FieldName name, std::string_view value) { line(name.text(), value); }
  void add(const Fields& fields) {
    for (const Fields::Field field : fields) add(field);
  }
  /// A value that is put together in place: append to what this returns, then end_value().
  TextEnd& begin_value(FieldName name);
  void end_value();

  /// Asks for another protocol on this connection, or (in a 101) grants it; in place of the
  /// persistence.
  void upgrade(std::string_view protocol);

  /// Says `TE: trailers`: whoever asks passes on what comes after the body of the answer.
  void accept_trailers();

  /// Whether it is a HEAD request: its answer has no body.
  bool asks_for_head() const noexcept { return asks_for_head_; }

  /// For a request without body that usually has one, a length of 0 is said.
  std::expected<void, Refusal> finish(Framing framing, Persistence persistence);

 private:
  [[gnu::cold]] void spoil(std::string what);
  [[gnu::cold]] void spoil_value(std::string_view name);
  void line(std::string_view name, std::string_view value) {
    out_.append(name, ": ", value, "\r\n");
  }

  TextEnd out_;
  std::size_t start_;
  std::size_t value_at_ = 0;
  unsigned status_ = 0;  ///< 0: a request
  bool usually_has_body_ = false;
  bool asks_for_head_ = false;
  bool upgrades_ = false;
  std::optional<std::string> spoilt_;
};

/// Append the bytes of a head to `out`, as HeadWriter does.
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

/// The last chunk and what comes after it, in place of kLastChunk. Fields that may not be trailers
/// (see may_be_trailer()) are left out; a name or value that could end its line is refused as by
/// HeadWriter, and the text is as it was.
std::expected<void, Refusal> end_chunks(const Fields& trailers, std::string& out);

/// A whole message, its length declared.
std::expected<std::string, Refusal> serialize(const Request& request,
                                              Persistence persistence = Persistence::KeepAlive);
std::expected<std::string, Refusal> serialize(const Response& response,
                                              Persistence persistence = Persistence::KeepAlive);

}  // namespace banyan::http
