// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "banyan/http/fields.hpp"
#include "banyan/http/message.hpp"

namespace banyan::http {

enum class MessageKind : std::uint8_t { Request, Response };

/// Walks over the raw bytes of a head (or of trailers), checks the grammar of its lines and notes
/// where the fields stand: in order, so that the finding does not depend on how the bytes were cut.
class HeadScanner {
 public:
  enum class Found : std::uint8_t { More, End, Refused };

  void begin_head(MessageKind kind, const Limits& limits);
  void begin_trailers(const Limits& limits);

  /// New bytes only. On End, scanned() is the size of the whole block.
  Found scan(std::string_view bytes);

  std::size_t scanned() const noexcept { return scanned_; }
  /// Of the start line, without its end.
  std::size_t start_line_size() const noexcept { return start_line_size_; }
  /// Where the fields of the block are; values without the blanks around them.
  std::span<const Fields::Place> places() const noexcept { return places_; }
  const Refusal& refusal() const noexcept { return refusal_; }
  /// As Limits has it.
  bool utf8_targets() const noexcept { return utf8_targets_; }

 private:
  enum class At : std::uint8_t {
    StartLine,
    LineBegin,
    Name,
    BeforeValue,
    Value,
    LineFeed,
    LastLineFeed,
  };
  [[gnu::cold]] Found refuse(unsigned status, std::string_view name, std::string_view what);
  [[gnu::cold]] Found refuse_start_line(char c);
  [[gnu::cold]] Found refuse_name(char c);
  [[gnu::cold]] Found refuse_value(char c);
  const char* skip_start_line(const char* at, const char* end) const noexcept;
  Found scan_allowed(std::string_view bytes);
  /// The short way for a field whose line is here to its end and has no fault: where the next line
  /// begins. Null, and nothing has happened, when it is to be looked at byte by byte. `offset` is
  /// that of `begin` in the block.
  const char* scan_whole_line(const char* begin, const char* end, std::size_t offset);
  /// Of the value at hand, so much more has been seen.
  void see_value(std::string_view run) noexcept;

  At at_ = At::StartLine;
  MessageKind kind_ = MessageKind::Request;
  std::size_t scanned_ = 0;
  std::size_t line_ = 1;
  std::size_t start_line_size_ = 0;
  std::size_t blanks_ = 0;  ///< at the end of what has been seen of the value at hand
  std::size_t max_bytes_ = 0;
  std::size_t max_start_line_ = 0;
  std::size_t max_fields_ = 0;
  bool utf8_targets_ = false;
  std::vector<Fields::Place> places_;
  Refusal refusal_;
};

}  // namespace banyan::http
