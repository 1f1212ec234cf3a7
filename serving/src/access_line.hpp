// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/forwarding/outcome.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/routing/route.hpp"

namespace banyan::serving {

/// What a line of the access log is about.
struct AccessLine {
  const http::RequestHead& head;
  const std::string& request_id;
  const http::Endpoint& peer;
  const strangler::Route* route;  ///< null: no route led anywhere
  const strangler::Outcome& outcome;
  std::string_view refusal;  ///< why the engine did not take it at all, else ""
  Timestamp now;             ///< when the answer was complete
  /// What else was found out about the request.
  struct Marks {
    std::string_view trace_id{};    ///< "" where no span tells of the request
    bool forced = false;            ///< a tester has chosen the side
    std::string_view not_forced{};  ///< why he was not let; "" where nobody wanted to
  };
  Marks marks{};
  bool shadow = false;  ///< a copy of the request of that id, which nobody waits for
};

/// One JSON object and the end of the line.
void append_json(std::string& out, const AccessLine& line);

/// As Apache and nginx write it; the user is never known. A request that was not taken is told as
/// far as it was read, "-" when nothing was.
///
///     192.0.2.7 - - [22/Nov/2026:08:30:00 +0000] "GET /a HTTP/1.1" 200 512 "referer" "agent"
void append_combined(std::string& out, const AccessLine& line);

}  // namespace banyan::serving
