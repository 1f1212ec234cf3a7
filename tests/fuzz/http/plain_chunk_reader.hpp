// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/http/fields.hpp"
#include "banyan/http/message.hpp"

namespace banyan::http {

/// What a chunked body is, whoever reads it.
struct ChunkedBody {
  enum class End : std::uint8_t { Whole, Cut, Refused };
  End end = End::Cut;
  unsigned status = 0;   ///< of a refusal
  std::string body;      ///< as far as it goes
  Fields trailers;       ///< when it is whole
  std::size_t used = 0;  ///< when it is whole
  friend bool operator==(const ChunkedBody&, const ChunkedBody&) = default;
};

/// RFC 9112 §7.1 written down as it stands there, one function for each rule, over bytes that are
/// all there: slow, and with nothing in common with BodyDecoder.
class PlainChunkReader {
 public:
  PlainChunkReader(std::string_view bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}

  ChunkedBody read() {
    try {
      while (const std::uint64_t size = chunk_line()) chunk_data(size);
      trailer_section();
      read_.end = ChunkedBody::End::Whole;
      read_.used = at_;
    } catch (const OutOfBytes&) {
      read_.end = ChunkedBody::End::Cut;
    } catch (const Wrong& wrong) {
      read_.end = ChunkedBody::End::Refused;
      read_.status = wrong.status;
    }
    if (read_.end != ChunkedBody::End::Whole) read_.trailers.clear();
    return read_;
  }

 private:
  struct OutOfBytes {};
  struct Wrong {
    unsigned status = 400;
  };

  char peek() const {
    if (at_ == bytes_.size()) throw OutOfBytes();
    if (at_ - section_at_ == section_most_) throw Wrong{section_status_};
    return bytes_[at_];
  }
  char take() {
    const char c = peek();
    ++at_;
    return c;
  }
  void expect(char due) {
    if (take() != due) throw Wrong();
  }
  void begin_section(std::size_t most, unsigned status) {
    section_at_ = at_;
    section_most_ = most;
    section_status_ = status;
  }

  static bool is_tchar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
  }
  static bool is_text(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7F);
  }

  std::string token() {
    std::string text;
    while (is_tchar(peek())) text += take();
    if (text.empty()) throw Wrong();
    return text;
  }

  std::uint64_t chunk_line() {
    begin_section(limits_.chunk_line_bytes, 400);
    std::string digits;
    while (std::string_view("0123456789abcdefABCDEF").find(peek()) != std::string_view::npos) {
      digits += take();
      if (digits.size() > 15) throw Wrong();
    }
    if (digits.empty()) throw Wrong();
    while (peek() == ';') extension();
    expect('\r');
    begin_section(SIZE_MAX, 400);
    expect('\n');
    const std::uint64_t size = std::stoull(digits, nullptr, 16);
    if (size > limits_.body_bytes - read_.body.size()) throw Wrong{413};
    return size;
  }

  void extension() {
    expect(';');
    token();
    if (peek() != '=') return;
    expect('=');
    if (peek() != '"') {
      token();
      return;
    }
    expect('"');
    for (char c = take(); c != '"'; c = take()) {
      if (c == '\\') c = take();
      if (!is_text(c)) throw Wrong();
    }
  }

  void chunk_data(std::uint64_t size) {
    for (; size != 0; --size) read_.body += take();
    expect('\r');
    expect('\n');
  }

  void trailer_section() {
    begin_section(limits_.trailer_bytes, 431);
    while (peek() != '\r') {
      if (peek() == ' ' || peek() == '\t') throw Wrong();
      if (read_.trailers.size() == limits_.fields) throw Wrong{431};
      const std::string name = token();
      expect(':');
      std::string value;
      while (is_text(peek())) value += take();
      const std::size_t first = value.find_first_not_of(" \t");
      const std::size_t last = value.find_last_not_of(" \t");
      value = first == std::string::npos ? "" : value.substr(first, last - first + 1);
      expect('\r');
      expect('\n');
      read_.trailers.add(name, value);
    }
    expect('\r');
    expect('\n');
  }

  std::string_view bytes_;
  const Limits& limits_;
  std::size_t at_ = 0;
  std::size_t section_at_ = 0;
  std::size_t section_most_ = SIZE_MAX;
  unsigned section_status_ = 400;
  ChunkedBody read_;
};

}  // namespace banyan::http
