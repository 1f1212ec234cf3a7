// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/http/message.hpp"
#include "banyan/http/parser.hpp"
#include "head_scanner.hpp"

namespace banyan::http {

/// Finds the bytes of a body. Chunk by chunk it knows only RFC 9112's grammar, extensions are
/// checked and dropped within bounds, trailers checked and kept within bounds.
class BodyDecoder {
 public:
  void begin(Framing framing, const Limits& limits);
  void limit(std::uint64_t bytes) noexcept { max_body_ = bytes; }

  /// Head is never reported.
  Step step(std::string_view input);
  /// Whether the peer may close now.
  bool ends_with_connection() const noexcept { return framing_.kind == Framing::Kind::UntilClose; }
  const Refusal& refusal() const noexcept { return refusal_; }
  /// All of them, after End.
  Fields& trailers() noexcept { return trailers_; }

 private:
  enum class At : std::uint8_t {
    Size,            ///< digits of a chunk's size
    ExtensionName,   ///< after ';'
    ExtensionValue,  ///< after '='
    Quoted,
    QuotedPair,
    AfterQuoted,
    SizeLineFeed,
    Data,
    DataReturn,
    DataLineFeed,
    Trailers,
    Done,
  };
  [[gnu::cold]] Step refuse(unsigned status, std::string_view name, std::string_view message);
  Step step_chunked(std::string_view input);
  /// One byte of a chunk's first line. False when it does not belong there.
  bool take_chunk_line(char c);
  bool end_chunk_line(char c);
  Step step_trailers(std::string_view input, std::size_t used);

  Framing framing_;
  At at_ = At::Done;
  std::uint64_t left_ = 0;  ///< of the chunk, or of the length
  std::uint64_t received_ = 0;
  std::uint64_t max_body_ = 0;
  std::size_t digits_ = 0;
  std::size_t line_bytes_ = 0;
  std::size_t name_bytes_ = 0;
  std::int64_t overhead_ = 0;
  Limits limits_;
  HeadScanner trailer_scanner_;
  std::string trailer_block_;
  Fields trailers_;
  Refusal refusal_;
};

}  // namespace banyan::http
