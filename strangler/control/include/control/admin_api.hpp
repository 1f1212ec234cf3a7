// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "stages/switchboard.hpp"

namespace banyan::strangler {

/// A request below /_banyan/api/, without anything of HTTP that the API does not go by.
struct AdminRequest {
  std::string_view method;
  std::string_view path;          ///< decoded, without "/_banyan/api": "/status"
  std::string_view query;         ///< what stands after "?", as it came
  std::string_view content_type;  ///< of the body; "" when there is none
  std::string_view body;
};

struct AdminAnswer {
  unsigned status = 200;
  std::string content_type;  ///< application/json, or application/problem+json
  std::string body;
  std::string allow;  ///< the Allow field of a 405, else ""
};

/// WebSockets and the like that live: they stay on the side where they began.
struct TunnelCounts {
  std::uint64_t old_side = 0;
  std::uint64_t new_side = 0;
  std::uint64_t pinned = 0;  ///< of both: those whose user's traffic has moved to the other side
};

/// Tells them of a migration, now. Must be safe for concurrent use.
using TunnelsOf = std::function<TunnelCounts(std::string_view module)>;

/// What people and their tools see and change of the migrations:
///
///     GET  /status                      migrations, stages, revision, head of the log
///     GET  /log?limit=50&module=NAME    newest first
///     GET  /verify?head=HASH            is the switch log untouched (and does it contain HASH)?
///     POST /migrations/NAME/shift       {"percent": "25%" or 25, "writes": "remote", "who", "why"}
///     POST /migrations/NAME/back        {"who", "why"}
///     POST /migrations/NAME/next        {"who", "why"}
///
/// A change needs who and why (and may bring "evidence"), and the content type application/json,
/// which a page of another site cannot send without being asked first. Failures are RFC 9457
/// problem details with the kit's `code`, `rule` and `details`. Blocks on the control store; safe
/// for concurrent use; never throws for what a client sends.
class AdminApi {
 public:
  /// The switchboard must outlive the API. `tunnels`: of the process that serves; null when there
  /// is none.
  explicit AdminApi(Switchboard& switchboard, TunnelsOf tunnels = {})
      : switchboard_(&switchboard), tunnels_(std::move(tunnels)) {}

  AdminAnswer answer(const AdminRequest& request);

 private:
  Switchboard* switchboard_;
  TunnelsOf tunnels_;
};

/// The documents of the API, for those who have the control store at hand instead of a process.
std::string status_json(const Switchboard::Overview& overview, const TunnelsOf& tunnels = {});
std::string change_json(const Change& change);
std::string log_json(const std::vector<LogEntry>& entries);
std::string verification_json(const Verification& verification);

}  // namespace banyan::strangler
