// SPDX-License-Identifier: Apache-2.0
#include "http1_answer.hpp"

namespace banyan::http {

std::expected<void, Refusal> Http1Answer::begin(const ResponseHead& head, Framing framing,
                                                const Terms& terms, std::string& out) {
  HeadWriter writer(out);
  writer.status_line(head.status, head.reason);
  writer.add(head.fields);
  if (!head.fields.contains("Date")) writer.add_proven("Date", terms.date);
  if (!head.fields.contains("X-Request-Id")) writer.add_proven("X-Request-Id", terms.id);
  if (auto finished = writer.finish(framing, terms.persistence); !finished) return finished;
  framing_ = framing;
  has_body_ = !terms.to_head && head.status != 204 && head.status != 304;
  left_ = framing.kind == Framing::Kind::Length ? framing.length : 0;
  return {};
}

std::expected<void, Refusal> Http1Answer::begin_tunnel(const ResponseHead& head,
                                                       std::string_view protocol,
                                                       std::string_view id, std::string& out) {
  HeadWriter writer(out);
  writer.status_line(101, head.reason);
  writer.add(head.fields);
  writer.add_proven("X-Request-Id", id);
  writer.upgrade(protocol);
  if (auto finished = writer.finish(Framing::none(), Persistence::Close); !finished) {
    return finished;
  }
  framing_ = Framing::until_close();
  has_body_ = true;
  left_ = 0;
  return {};
}

bool Http1Answer::inform(const ResponseHead& head, std::string& out) {
  return serialize_head(head, Framing::none(), Persistence::KeepAlive, out).has_value();
}

void Http1Answer::say_continue(std::string& out) { out += "HTTP/1.1 100 Continue\r\n\r\n"; }

Http1Answer::Piece Http1Answer::take(std::size_t size) noexcept {
  if (!has_body_ || size == 0) return Piece::Dropped;
  if (framing_.kind == Framing::Kind::None) return Piece::TooMuch;
  if (framing_.kind != Framing::Kind::Length) return Piece::Sent;
  if (size > left_) return Piece::TooMuch;
  left_ -= size;
  return Piece::Sent;
}

void Http1Answer::begin_piece(std::size_t size, std::string& out) const {
  if (framing_.kind == Framing::Kind::Chunked) begin_chunk(size, out);
}

std::string_view Http1Answer::piece_end() const noexcept {
  return framing_.kind == Framing::Kind::Chunked ? kChunkEnd : std::string_view();
}

Http1Answer::End Http1Answer::end(const Fields& trailers, std::string& out) const {
  if (!has_body_) return End::Whole;
  if (left_ != 0) return End::Short;
  if (framing_.kind != Framing::Kind::Chunked) return End::Whole;
  return end_chunks(trailers, out) ? End::Whole : End::BadTrailer;
}

}  // namespace banyan::http
