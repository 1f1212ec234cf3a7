// SPDX-License-Identifier: Apache-2.0
#include "http/serializer.hpp"

#include <array>
#include <charconv>

#include "characters.hpp"

namespace banyan::http {
namespace {

std::unexpected<Refusal> unsendable(std::string what) {
  return std::unexpected(Refusal{500, "http.unsendable", std::move(what)});
}

void append_number(std::uint64_t number, int base, std::string& out) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

bool is_engines_own(std::string_view name) {
  if (equals_ignoring_case(name, "Content-Length")) return true;
  for (const std::string_view own : kHopByHopFields) {
    if (equals_ignoring_case(name, own)) return true;
  }
  return false;
}

std::expected<void, Refusal> append_fields(const Fields& fields, std::string& out) {
  for (const Fields::Field field : fields) {
    if (!is_token(field.name)) {
      return unsendable("a field name holds a character that may not stand there");
    }
    if (!is_field_value(field.value)) {
      return unsendable("the value of field '" + std::string(field.name) +
                        "' holds a line break or another control character");
    }
    if (is_engines_own(field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return {};
}

void append_framing(Framing framing, Persistence persistence, std::string& out) {
  if (framing.kind == Framing::Kind::Length) {
    out += "Content-Length: ";
    append_number(framing.length, 10, out);
    out += "\r\n";
  } else if (framing.kind == Framing::Kind::Chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (persistence == Persistence::Close || framing.kind == Framing::Kind::UntilClose) {
    out += "Connection: close\r\n";
  } else if (persistence == Persistence::SayKeepAlive) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace

std::expected<void, Refusal> serialize_head(const RequestHead& head, Framing framing,
                                            Persistence persistence, std::string& out) {
  const std::size_t before = out.size();
  if (!is_token(head.method)) return unsendable("the method is not a token");
  if (head.target.empty() || !all(head.target, character::kTarget)) {
    return unsendable("the target is empty or holds a character that may not stand there");
  }
  if (framing.kind == Framing::Kind::UntilClose) {
    return unsendable("the body of a request cannot end with the connection");
  }
  out.append(head.method).append(" ").append(head.target).append(" HTTP/1.1\r\n");
  if (auto appended = append_fields(head.fields, out); !appended) {
    out.resize(before);
    return appended;
  }
  const bool usually_has_body =
      head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
  if (framing.kind == Framing::Kind::None && usually_has_body) framing = Framing::of_length(0);
  append_framing(framing, persistence, out);
  return {};
}

std::expected<void, Refusal> serialize_head(const ResponseHead& head, Framing framing,
                                            Persistence persistence, std::string& out) {
  const std::size_t before = out.size();
  if (head.status < 100 || head.status > 599) {
    return unsendable("status " + std::to_string(head.status) + " is not between 100 and 599");
  }
  if (!is_field_value(head.reason)) return unsendable("the reason holds a control character");
  out += "HTTP/1.1 ";
  append_number(head.status, 10, out);
  out += ' ';
  out += head.reason.empty() ? reason_phrase(head.status) : std::string_view(head.reason);
  out += "\r\n";
  if (auto appended = append_fields(head.fields, out); !appended) {
    out.resize(before);
    return appended;
  }
  if (head.status < 200) {
    out += "\r\n";
    return {};
  }
  if (head.status == 204) framing = Framing::none();
  append_framing(framing, persistence, out);
  return {};
}

void begin_chunk(std::size_t size, std::string& out) {
  if (size == 0) return;
  append_number(size, 16, out);
  out += "\r\n";
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
