// SPDX-License-Identifier: Apache-2.0
#include "head.hpp"

#include <charconv>

#include "banyan/http/list.hpp"
#include "characters.hpp"
#include "utf8.hpp"

namespace banyan::http {
namespace {

[[gnu::cold]] std::optional<Refusal> refusal(unsigned status, std::string_view name,
                                             std::string_view message) {
  return Refusal{status, std::string(name), std::string(message)};
}

std::optional<Refusal> check_version(std::string_view version) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return refusal(400, "http.bad_version", "the start line has no proper HTTP version");
  }
  if (version[5] != '1' || version[7] > '1') {
    return refusal(505, "http.unknown_version", "only HTTP/1.0 and HTTP/1.1 are spoken here");
  }
  return std::nullopt;
}

bool is_target(std::string_view text, bool may_be_utf8) {
  if (all(text, character::kTarget)) [[likely]]
    return true;
  return may_be_utf8 && all(text, character::kUtf8Target) && is_utf8(text.begin(), text.end());
}

/// A list of tokens: what else it could name is anybody's guess.
std::optional<Refusal> check_connection(const Fields& fields) {
  bool sound = true;
  fields.each("Connection", [&](std::string_view list) {
    sound = sound && !any_element(list, [](std::string_view token) {
              return !token.empty() && !is_token(token);
            });
  });
  if (sound) return std::nullopt;
  return refusal(400, "http.bad_connection", "Connection is not a list of tokens");
}

}  // namespace

std::optional<Refusal> read_head(std::string_view bytes, const HeadScanner& scanner,
                                 RequestHead& head) {
  const std::string_view line = bytes.substr(0, scanner.start_line_size());
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string_view::npos || first == second) {
    return refusal(400, "http.bad_request_line",
                   "the request line is not a method, a target and a version");
  }
  const std::string_view method = line.substr(0, first);
  if (!is_token(method)) return refusal(400, "http.bad_method", "the method is not a token");
  const std::string_view target = line.substr(first + 1, second - first - 1);
  if (target.empty() || target.find(' ') != std::string_view::npos) {
    return refusal(400, "http.bad_request_line", "there is a blank too many in the request line");
  }
  const std::string_view version = line.substr(second + 1);
  if (auto refused = check_version(version)) return refused;
  if (!is_target(target, scanner.utf8_targets())) {
    return refusal(400, "http.bad_target",
                   "the target holds '#', a control character or bytes that are no characters");
  }
  head.method = method;
  head.target = target;
  head.minor_version = version.back() - '0';
  head.fields.adopt(bytes, scanner.places());
  return check_connection(head.fields);
}

std::optional<Refusal> read_head(std::string_view bytes, const HeadScanner& scanner,
                                 ResponseHead& head) {
  const std::string_view line = bytes.substr(0, scanner.start_line_size());
  const std::string_view version = line.substr(0, line.find(' '));
  if (auto refused = check_version(version)) return refused;
  const std::string_view rest = line.substr(version.size());
  if (rest.size() < 4 || rest[0] != ' ' || rest[1] < '1' || rest[1] > '5' || !is_digit(rest[2]) ||
      !is_digit(rest[3]) || (rest.size() > 4 && rest[4] != ' ')) {
    return refusal(400, "http.bad_status_line",
                   "the status line has no status between 100 and 599");
  }
  if (rest.size() == 4) {
    return refusal(400, "http.bad_status_line", "the status line ends without a blank");
  }
  head.status = 0;
  for (const char digit : rest.substr(1, 3)) {
    head.status = head.status * 10 + static_cast<unsigned>(digit - '0');
  }
  head.reason = rest.substr(5);
  head.minor_version = version.back() - '0';
  head.fields.adopt(bytes, scanner.places());
  return check_connection(head.fields);
}

std::optional<Refusal> declared_body(const Fields& fields, int minor_version, DeclaredBody& body) {
  const std::size_t lengths = fields.count("Content-Length");
  const std::size_t codings = fields.count("Transfer-Encoding");
  if (lengths > 1) return refusal(400, "http.two_lengths", "more than one Content-Length");
  if (lengths != 0 && codings != 0) {
    return refusal(400, "http.bad_transfer_encoding", "Transfer-Encoding beside Content-Length");
  }
  if (codings != 0) {
    if (minor_version == 0) {
      return refusal(400, "http.bad_transfer_encoding", "Transfer-Encoding in HTTP/1.0");
    }
    const std::string_view coding = *fields.find("Transfer-Encoding");
    if (codings == 1 && equals_ignoring_case(coding, "chunked")) {
      body.chunked = true;
      return std::nullopt;
    }
    if (codings == 1 && is_token(coding)) {
      return refusal(501, "http.unknown_transfer_coding",
                     "the only transfer coding that is understood here is chunked");
    }
    return refusal(400, "http.bad_transfer_encoding", "Transfer-Encoding is not exactly `chunked`");
  }
  if (lengths != 0) {
    const std::string_view text = *fields.find("Content-Length");
    if (text.find(',') != std::string_view::npos) {
      return refusal(400, "http.two_lengths", "Content-Length is a list");
    }
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (text.empty() || text.size() > 18 || error != std::errc() ||
        end != text.data() + text.size()) {
      return refusal(400, "http.bad_content_length", "Content-Length is not a number");
    }
    body.length = length;
  }
  return std::nullopt;
}

}  // namespace banyan::http
