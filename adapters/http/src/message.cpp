// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/message.hpp"

#include <array>
#include <utility>

#include "banyan/http/list.hpp"
#include "banyan/kernel/json_text.hpp"
#include "characters.hpp"

namespace banyan::http {

void RequestHead::clear() noexcept {
  method.clear();
  target.clear();
  minor_version = 1;
  fields.clear();
}

void ResponseHead::clear() noexcept {
  status = 200;
  reason.clear();
  fields.clear();
  minor_version = 1;
}

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 103: return "Early Hints";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 203: return "Non-Authoritative Information";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    case 508: return "Loop Detected";
    default: return "";
  }
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && all(text, character::kToken);
}

bool is_field_value(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  return skip_value(text.data(), end) == end;
}

std::optional<std::string_view> asked_upgrade(const RequestHead& head) {
  const auto protocol = head.fields.find("Upgrade");
  if (!protocol) return std::nullopt;
  // Whether a body belongs to the request or to the tunnel would be anybody's guess.
  const bool bare = !head.fields.contains("Transfer-Encoding") &&
                    head.fields.find("Content-Length").value_or("0") == "0";
  const bool asked = bare && head.method == "GET" && head.minor_version == 1 &&
                     head.fields.count("Upgrade") == 1 &&
                     equals_ignoring_case(*protocol, "websocket") &&
                     head.fields.has_token("Connection", "upgrade");
  return asked ? protocol : std::nullopt;
}

}  // namespace banyan::http
