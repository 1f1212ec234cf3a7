// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/serializer.hpp"

#include <array>
#include <utility>

#include "characters.hpp"

namespace banyan::http {
namespace {

std::unexpected<Refusal> unsendable(std::string what) {
  return std::unexpected(Refusal{500, "http.unsendable", std::move(what)});
}

constexpr FieldSet kEnginesOwn =
    kHopByHopFields | FieldSet(std::to_array<FieldName>({"Content-Length"}));

void append_framing(Framing framing, Persistence persistence, TextEnd& out) {
  if (framing.kind == Framing::Kind::Length) {
    out.append("Content-Length: ", Number(framing.length), "\r\n");
  } else if (framing.kind == Framing::Kind::Chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (persistence == Persistence::Close || framing.kind == Framing::Kind::UntilClose) {
    out.append("Connection: close\r\n");
  } else if (persistence == Persistence::SayKeepAlive) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace

void HeadWriter::spoil(std::string what) {
  if (!spoilt_) spoilt_ = std::move(what);
}

void HeadWriter::request_line(std::string_view method, std::string_view target) {
  if (!is_token(method)) spoil("the method is not a token");
  if (target.empty() || !all(target, character::kUtf8Target)) {
    spoil("the target is empty or holds a character that may not stand there");
  }
  asks_for_head_ = method == "HEAD";
  usually_has_body_ = method == "POST" || method == "PUT" || method == "PATCH";
  out_.append(method, " ", target, " HTTP/1.1\r\n");
}

void HeadWriter::status_line(unsigned status, std::string_view reason) {
  status_ = status;
  if (status < 100 || status > 599) {
    return spoil("status " + std::to_string(status) + " is not between 100 and 599");
  }
  if (!is_field_value(reason)) spoil("the reason holds a control character");
  out_.append("HTTP/1.1 ", Number(status), " ", reason.empty() ? reason_phrase(status) : reason,
              "\r\n");
}

void HeadWriter::add(const Fields::Field& field) {
  if (!field.proven) {
    if (!is_token(field.name)) {
      return spoil("a field name holds a character that may not stand there");
    }
    if (!is_field_value(field.value)) return spoil_value(field.name);
  }
  if (!kEnginesOwn.contains(field.known)) line(field.name, field.value);
}

void HeadWriter::add(FieldName name, std::string_view value) {
  if (!is_field_value(value)) return spoil_value(name.text());
  if (!kEnginesOwn.contains(name.known())) line(name.text(), value);
}

void HeadWriter::spoil_value(std::string_view name) {
  spoil("the value of field '" + std::string(name) +
        "' holds a line break or another control character");
}

void HeadWriter::upgrade(std::string_view protocol) {
  if (!is_token(protocol)) return spoil("a protocol that is not a token");
  line("Connection", "Upgrade");
  line("Upgrade", protocol);
  upgrades_ = true;
}

void HeadWriter::accept_trailers() {
  line("Connection", "TE");
  line("TE", "trailers");
}

TextEnd& HeadWriter::begin_value(FieldName name) {
  out_.append(name.text(), ": ");
  value_at_ = out_.size();
  return out_;
}

void HeadWriter::end_value() {
  if (!is_field_value(out_.since(value_at_))) {
    spoil("a value holds a line break or another control character");
  }
  out_.append("\r\n");
}

std::expected<void, Refusal> HeadWriter::finish(Framing framing, Persistence persistence) {
  const bool request = status_ == 0;
  if (request && framing.kind == Framing::Kind::UntilClose) {
    spoil("the body of a request cannot end with the connection");
  }
  if (spoilt_) {
    out_.cut(start_);
    out_.close();
    return unsendable(*std::exchange(spoilt_, std::nullopt));
  }
  if (request && framing.kind == Framing::Kind::None && usually_has_body_) {
    framing = Framing::of_length(0);
  }
  if (!request && (upgrades_ || status_ < 200)) {
    out_.append("\r\n");
  } else {
    if (status_ == 204) framing = Framing::none();
    if (upgrades_) persistence = Persistence::KeepAlive;  // Connection is said
    append_framing(framing, persistence, out_);
  }
  out_.close();
  return {};
}

std::expected<void, Refusal> serialize_head(const RequestHead& head, Framing framing,
                                            Persistence persistence, std::string& out) {
  HeadWriter writer(out);
  writer.request_line(head.method, head.target);
  writer.add(head.fields);
  return writer.finish(framing, persistence);
}

std::expected<void, Refusal> serialize_head(const ResponseHead& head, Framing framing,
                                            Persistence persistence, std::string& out) {
  HeadWriter writer(out);
  writer.status_line(head.status, head.reason);
  writer.add(head.fields);
  return writer.finish(framing, persistence);
}

void begin_chunk(std::size_t size, std::string& out) {
  if (size == 0) return;
  out.append(Number(size, 16)).append("\r\n");
}

std::expected<void, Refusal> end_chunks(const Fields& trailers, std::string& out) {
  const std::size_t start = out.size();
  out += kLastChunk.substr(0, 3);
  for (const Fields::Field field : trailers) {
    if (!may_be_trailer(field.name)) continue;
    if (!field.proven && (!is_token(field.name) || !is_field_value(field.value))) {
      out.resize(start);
      return unsendable("a trailer holds a line break or another control character");
    }
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  out += kLastChunk.substr(3);
  return {};
}

std::expected<std::string, Refusal> serialize(const Request& request, Persistence persistence) {
  std::string out;
  const Framing framing =
      request.body.empty() ? Framing::none() : Framing::of_length(request.body.size());
  if (auto head = serialize_head(request.head, framing, persistence, out); !head) {
    return std::unexpected(std::move(head.error()));
  }
  return out += request.body;
}

std::expected<std::string, Refusal> serialize(const Response& response, Persistence persistence) {
  std::string out;
  const bool bodiless =
      response.head.status < 200 || response.head.status == 204 || response.head.status == 304;
  if (bodiless && !response.body.empty()) {
    return unsendable("an answer with status " + std::to_string(response.head.status) +
                      " cannot have a body");
  }
  const Framing framing = bodiless ? Framing::none() : Framing::of_length(response.body.size());
  if (auto head = serialize_head(response.head, framing, persistence, out); !head) {
    return std::unexpected(std::move(head.error()));
  }
  return out += response.body;
}

}  // namespace banyan::http
