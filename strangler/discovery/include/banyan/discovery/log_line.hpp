// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/kernel/clock.hpp"

namespace banyan::discovery {

/// One request, as an access log tells it.
struct LogLine {
  std::string method;
  std::string target;  ///< as it came, with its query
  unsigned status = 0;
  std::optional<Timestamp> time;
  std::string client;  ///< to be counted, never to be shown
  std::string agent;   ///< User-Agent; ""
  std::string route;   ///< of Banyan's own log: the route that took it; ""
  std::string side;    ///< of Banyan's own log: "local" or "remote"; ""
};

/// Why a line tells of no request.
struct Unread {
  enum class Kind : std::uint8_t {
    Bad,      ///< it is none that is known here
    Copy,     ///< of a copy, which no client has sent
    Untaken,  ///< of something that the server could not read as a request
  };
  Kind kind = Kind::Bad;
  std::string_view why;  ///< static text
};

/// Reads a line of Banyan's access log in JSON (or another's with nginx's usual names), or one in
/// the common or combined format of Apache and nginx, with a virtual host in front or not.
std::expected<LogLine, Unread> read_log_line(std::string_view line);

/// What a program that asks calls itself, without versions and details: "curl", "a browser",
/// "none".
std::string agent_class(std::string_view agent);

/// The shape of a line that could not be read: its letters as "a", its digits as "9", at most 60
/// characters. It may be shown, for nothing is left in it of what somebody had sent.
std::string shape_of_line(std::string_view line);

}  // namespace banyan::discovery
