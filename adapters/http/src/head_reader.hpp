// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace banyan::http {

enum class MessageKind : std::uint8_t { Request, Response };

/// Walks over the raw bytes of a head (or of trailers) and checks the grammar of its lines, each
/// byte once, in order, so that the finding does not depend on how the bytes were cut.
class LineScanner {
 public:
  enum class Found : std::uint8_t { More, End, Refused };

  void begin_head(MessageKind kind, const Limits& limits);
  void begin_trailers(const Limits& limits);

  /// New bytes only. On End, scanned() is the size of the whole block.
  Found scan(std::string_view bytes);

  std::size_t scanned() const noexcept { return scanned_; }
  const Refusal& refusal() const noexcept { return refusal_; }

 private:
  enum class At : std::uint8_t { StartLine, LineBegin, Name, Value, LineFeed, LastLineFeed };
  Found refuse(unsigned status, std::string_view name, std::string_view what);

  At at_ = At::StartLine;
  MessageKind kind_ = MessageKind::Request;
  std::size_t scanned_ = 0;
  std::size_t line_ = 1;
  std::size_t fields_ = 0;
  std::size_t max_bytes_ = 0;
  std::size_t max_start_line_ = 0;
  std::size_t max_fields_ = 0;
  Refusal refusal_;
};

/// Collects a head and has it read twice: by LineScanner for what Boost.Beast lets pass, and by
/// Boost.Beast for its fields.
class HeadReader {
 public:
  LineScanner scanner;
};

/// A complete head, its empty line included, that LineScanner found well-formed.
std::optional<Refusal> read_head(std::string_view bytes, RequestHead& head);
std::optional<Refusal> read_head(std::string_view bytes, ResponseHead& head);

/// What both kinds of message say about their bodies. Neither field: nothing.
struct DeclaredBody {
  std::optional<std::uint64_t> length;
  bool chunked = false;
};
std::optional<Refusal> declared_body(const Fields& fields, int minor_version, DeclaredBody& body);

}  // namespace banyan::http
