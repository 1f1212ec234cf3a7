// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/parser.hpp"

namespace banyan::http {

/// Everything that a parser finds in bytes which arrive `piece` at a time.
struct Parsed {
  std::vector<Request> requests;
  std::vector<Response> responses;
  std::vector<Fields> trailers;  ///< of each final message that is complete
  std::string refusal;           ///< its name, or "" ; "http.cut" only when closed is asked for
  unsigned status = 0;
  friend bool operator==(const Parsed&, const Parsed&) = default;
};

inline Parsed parse_requests(std::string_view bytes, std::size_t piece = SIZE_MAX,
                             const Limits& limits = {}) {
  RequestParser parser(limits);
  Parsed parsed;
  std::string unread;
  bool open_request = false;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view part = bytes.substr(at, piece);
    at += part.size();
    unread += part;
    for (bool more = false; !more;) {
      const Step step = parser.step(unread);
      if (step.kind == Step::Kind::Body) parsed.requests.back().body += step.body;
      unread.erase(0, step.consumed);
      switch (step.kind) {
        case Step::Kind::NeedMore: more = true; break;
        case Step::Kind::Head:
          parsed.requests.push_back({parser.head(), {}});
          open_request = true;
          break;
        case Step::Kind::Body: break;
        case Step::Kind::End:
          open_request = false;
          parsed.trailers.push_back(parser.trailers());
          if (!parser.keep_alive()) return parsed;
          parser.reset();
          break;
        case Step::Kind::Refused:
          if (open_request) parsed.requests.pop_back();
          parsed.refusal = parser.refusal().name;
          parsed.status = parser.refusal().status;
          return parsed;
      }
    }
  }
  if (open_request) parsed.requests.pop_back();
  if (const Refusal* cut = parser.close()) parsed.refusal = cut->name;
  return parsed;
}

inline Parsed parse_responses(std::string_view bytes, std::string_view method = "GET",
                              std::size_t piece = SIZE_MAX, const Limits& limits = {}) {
  ResponseParser parser(limits);
  parser.expect(method);
  Parsed parsed;
  std::string unread;
  bool open_response = false;
  bool closed = false;
  for (std::size_t at = 0;;) {
    const std::string_view part = bytes.substr(at, piece);
    at += part.size();
    unread += part;
    for (bool more = false; !more;) {
      const Step step = parser.step(unread);
      if (step.kind == Step::Kind::Body) parsed.responses.back().body += step.body;
      unread.erase(0, step.consumed);
      switch (step.kind) {
        case Step::Kind::NeedMore: more = true; break;
        case Step::Kind::Head:
          parsed.responses.push_back({parser.head(), {}});
          open_response = true;
          break;
        case Step::Kind::Body: break;
        case Step::Kind::End: {
          open_response = false;
          if (!parser.interim() && (at < bytes.size() || !unread.empty())) {
            parsed.refusal = "bytes after the end";
          }
          if (!parser.interim()) {
            parsed.trailers.push_back(parser.trailers());
            return parsed;
          }
          parser.reset();
          break;
        }
        case Step::Kind::Refused:
          if (open_response) parsed.responses.pop_back();
          parsed.refusal = parser.refusal().name;
          parsed.status = parser.refusal().status;
          return parsed;
      }
    }
    if (at < bytes.size()) continue;
    if (closed) return parsed;
    closed = true;
    if (const Refusal* cut = parser.close()) {
      if (open_response) parsed.responses.pop_back();
      parsed.refusal = cut->name;
      return parsed;
    }
  }
}

}  // namespace banyan::http
