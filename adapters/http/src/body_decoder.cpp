// SPDX-License-Identifier: Apache-2.0
#include "body_decoder.hpp"

#include <algorithm>
#include <string>

#include "characters.hpp"

namespace banyan::http {
namespace {

/// A sender of one-byte chunks with long extensions would make us read much for little.
constexpr std::int64_t kOverheadAllowed = 64 * 1024;

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void BodyDecoder::begin(Framing framing, const Limits& limits) {
  framing_ = framing;
  limits_ = limits;
  max_body_ = limits.body_bytes;
  left_ = framing.length;
  received_ = 0;
  digits_ = 0;
  line_bytes_ = 0;
  overhead_ = 0;
  trailers_.clear();
  at_ = framing.kind == Framing::Kind::Chunked ? At::Size : At::Data;
}

Step BodyDecoder::refuse(unsigned status, std::string_view name, std::string_view message) {
  refusal_ = {status, std::string(name),
              std::string(message) + ", after " + std::to_string(received_) + " bytes of the body"};
  return {Step::Kind::Refused, 0, {}};
}

Step BodyDecoder::step(std::string_view input) {
  switch (framing_.kind) {
    case Framing::Kind::None: return {Step::Kind::End, 0, {}};
    case Framing::Kind::Chunked: return step_chunked(input);
    case Framing::Kind::Length: {
      if (left_ == 0) return {Step::Kind::End, 0, {}};
      if (input.empty()) return {};
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
      left_ -= size;
      received_ += size;
      return {Step::Kind::Body, size, input.substr(0, size)};
    }
    case Framing::Kind::UntilClose: {
      if (input.empty()) return {};
      const std::uint64_t room = max_body_ - std::min(received_, max_body_);
      if (room == 0) return refuse(413, "http.body_too_large", "the body is longer than allowed");
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(room, input.size()));
      received_ += size;
      return {Step::Kind::Body, size, input.substr(0, size)};
    }
  }
  return {};
}

bool BodyDecoder::end_chunk_line(char c) {
  if (c != '\r') return false;
  at_ = At::SizeLineFeed;
  return true;
}

bool BodyDecoder::take_chunk_line(char c) {
  switch (at_) {
    case At::Size: {
      if (const int value = hex_value(c); value >= 0) {
        if (++digits_ > 15) return false;
        left_ = left_ * 16 + static_cast<std::uint64_t>(value);
        return true;
      }
      if (digits_ == 0) return false;
      if (c != ';') return end_chunk_line(c);
      at_ = At::ExtensionName;
      name_bytes_ = 0;
      return true;
    }
    case At::ExtensionName:
      if (is(c, character::kToken)) {
        ++name_bytes_;
        return true;
      }
      if (name_bytes_ == 0) return false;
      name_bytes_ = 0;
      if (c == '=') {
        at_ = At::ExtensionValue;
        return true;
      }
      return c == ';' || end_chunk_line(c);
    case At::ExtensionValue:
      if (c == '"' && name_bytes_ == 0) {
        at_ = At::Quoted;
        return true;
      }
      if (is(c, character::kToken)) {
        ++name_bytes_;
        return true;
      }
      if (name_bytes_ == 0) return false;
      name_bytes_ = 0;
      if (c == ';') {
        at_ = At::ExtensionName;
        return true;
      }
      return end_chunk_line(c);
    case At::Quoted:
      if (c == '"') {
        at_ = At::AfterQuoted;
      } else if (c == '\\') {
        at_ = At::QuotedPair;
      } else {
        return is(c, character::kValue);
      }
      return true;
    case At::QuotedPair: at_ = At::Quoted; return is(c, character::kValue);
    case At::AfterQuoted:
      if (c == ';') {
        at_ = At::ExtensionName;
        name_bytes_ = 0;
        return true;
      }
      return end_chunk_line(c);
    default: return false;
  }
}

Step BodyDecoder::step_trailers(std::string_view input, std::size_t used) {
  const std::size_t before = trailer_scanner_.scanned();
  const HeadScanner::Found found = trailer_scanner_.scan(input.substr(used));
  if (found == HeadScanner::Found::Refused) {
    return refuse(trailer_scanner_.refusal().status, "http.bad_trailer",
                  "a trailer is malformed (" + trailer_scanner_.refusal().message + ")");
  }
  const std::size_t size = trailer_scanner_.scanned() - before;
  trailer_block_.append(input, used, size);
  if (found != HeadScanner::Found::End) return {Step::Kind::NeedMore, used + size, {}};
  at_ = At::Done;
  if (!trailer_scanner_.places().empty()) {
    trailers_.adopt(trailer_block_, trailer_scanner_.places());
  }
  return {Step::Kind::End, used + size, {}};
}

Step BodyDecoder::step_chunked(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size() && at_ != At::Done) {
    const char c = input[used];
    switch (at_) {
      case At::Data: {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - used));
        left_ -= size;
        received_ += size;
        if (left_ == 0) at_ = At::DataReturn;
        return {Step::Kind::Body, used + size, input.substr(used, size)};
      }
      case At::DataReturn:
      case At::DataLineFeed:
        if (c != (at_ == At::DataReturn ? '\r' : '\n')) {
          return refuse(400, "http.bad_chunk", "a chunk is not followed by an empty line end");
        }
        if (at_ == At::DataLineFeed) {
          digits_ = 0;
          line_bytes_ = 0;
          left_ = 0;
        }
        at_ = at_ == At::DataReturn ? At::DataLineFeed : At::Size;
        ++used;
        break;
      case At::SizeLineFeed:
        if (c != '\n')
          return refuse(400, "http.bad_chunk", "a chunk's size ends without line feed");
        ++used;
        overhead_ += static_cast<std::int64_t>(line_bytes_) - 16;
        overhead_ -= static_cast<std::int64_t>(std::min<std::uint64_t>(left_, 1 << 20));
        overhead_ = std::max<std::int64_t>(overhead_, 0);
        if (overhead_ > kOverheadAllowed) {
          return refuse(400, "http.chunk_overhead", "chunk extensions outweigh the body");
        }
        if (left_ > max_body_ - std::min(received_, max_body_)) {
          return refuse(413, "http.body_too_large", "the body is longer than allowed");
        }
        if (left_ != 0) {
          at_ = At::Data;
        } else {
          at_ = At::Trailers;
          trailer_block_.clear();
          trailer_scanner_.begin_trailers(limits_);
        }
        break;
      case At::Trailers: return step_trailers(input, used);
      default:
        if (++line_bytes_ > limits_.chunk_line_bytes) {
          return refuse(400, "http.chunk_line_too_long", "a chunk's first line is too long");
        }
        if (!take_chunk_line(c)) {
          return refuse(400, "http.bad_chunk", "a chunk's size or extension is malformed");
        }
        ++used;
        break;
    }
  }
  if (at_ == At::Done) return {Step::Kind::End, used, {}};
  return {Step::Kind::NeedMore, used, {}};
}

}  // namespace banyan::http
