// SPDX-License-Identifier: Apache-2.0
#include "head_bytes.hpp"

#include <string_view>
#include <utility>

namespace banyan::poco_http {
namespace {

std::unexpected<http::Refusal> refused(unsigned status, std::string name, std::string message) {
  return std::unexpected(http::Refusal{status, std::move(name), std::move(message)});
}

/// Neither a blank, which would begin the next piece of a start line, nor a control character.
bool is_piece(std::string_view text) {
  return !text.empty() && http::is_field_value(text) && text.find(' ') == std::string_view::npos &&
         text.find('\t') == std::string_view::npos;
}

bool has_encoded_word(std::string_view value) {
  const std::size_t begin = value.find("=?");
  return begin != std::string_view::npos && value.find("?=", begin + 2) != std::string_view::npos;
}

std::expected<std::string, http::Refusal> with_fields(std::string bytes,
                                                      const Poco::Net::MessageHeader& head) {
  bytes += "\r\n";
  for (const auto& [name, value] : head) {
    if (!http::is_token(name)) {
      return refused(400, "http.bad_field_name", "the name of a field is not a token");
    }
    if (!http::is_field_value(value)) {
      return refused(400, "http.control_character",
                     "the value of field '" + name + "' holds a control character");
    }
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  return bytes += "\r\n";
}

}  // namespace

std::expected<std::string, http::Refusal> head_bytes(const Poco::Net::HTTPRequest& head) {
  if (!is_piece(head.getMethod()) || !is_piece(head.getURI()) || !is_piece(head.getVersion())) {
    return refused(400, "http.bad_request_line",
                   "the request line is not a method, a target and a version");
  }
  return with_fields(head.getMethod() + ' ' + head.getURI() + ' ' + head.getVersion(), head);
}

std::expected<std::string, http::Refusal> head_bytes(const Poco::Net::HTTPResponse& head) {
  if (!is_piece(head.getVersion()) || !http::is_field_value(head.getReason())) {
    return refused(400, "http.bad_status_line", "the status line is none");
  }
  return with_fields(
      head.getVersion() + ' ' + std::to_string(head.getStatus()) + ' ' + head.getReason(), head);
}

std::expected<void, http::Refusal> put_fields(const http::Fields& fields,
                                              Poco::Net::MessageHeader& head) {
  for (const http::Fields::Field field : fields) {
    if (http::kHopByHopFields.contains(field.known) || field.is("Content-Length")) continue;
    if (!http::is_token(field.name)) {
      return refused(500, "http.unsendable",
                     "a field name holds a character that may not stand there");
    }
    if (!http::is_field_value(field.value)) {
      return refused(500, "http.unsendable",
                     "the value of field '" + std::string(field.name) +
                         "' holds a line break or another control character");
    }
    if (has_encoded_word(field.value)) {
      return refused(500, "http.unsendable",
                     "the value of field '" + std::string(field.name) +
                         "' holds an encoded word (=?…?=), which Poco would decode");
    }
    head.add(std::string(field.name), std::string(field.value));
  }
  return {};
}

}  // namespace banyan::poco_http
