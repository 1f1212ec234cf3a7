// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/promotion/plan_desk.hpp"
#include "banyan/stages/switchboard.hpp"

namespace banyan::strangler {

/// A request below /_banyan/api/, without anything of HTTP that the API does not go by.
struct AdminRequest {
  std::string_view method;
  std::string_view path;          ///< decoded, without "/_banyan/api": "/status"
  std::string_view query;         ///< what stands after "?", as it came
  std::string_view content_type;  ///< of the body; "" when there is none
  std::string_view body;
};

struct AdminRefusal {
  Error error;
  std::string_view allow = {};  ///< the methods that are possible, when it is about the method
};

/// A JSON document, or why there is none; whoever mounts the API says it in its own way.
using AdminAnswer = std::expected<std::string, AdminRefusal>;

/// WebSockets and the like that live: they stay on the side where they began.
struct TunnelCounts {
  std::uint64_t old_side = 0;
  std::uint64_t new_side = 0;
  std::uint64_t pinned = 0;  ///< of both: those whose user's traffic has moved to the other side
};

/// Tells them of a rollout, now. Must be safe for concurrent use.
using TunnelsOf = std::function<TunnelCounts(std::string_view module)>;

/// Requests of testers who may choose a side, since the start.
struct TesterCounts {
  std::uint64_t old_side = 0;  ///< sent there
  std::uint64_t new_side = 0;
  std::uint64_t refused = 0;  ///< gone where all go
};

/// Tells them of a rollout; nothing where nobody may choose. Must be safe for concurrent use.
using TestersOf = std::function<std::optional<TesterCounts>(std::string_view module)>;

/// Tells how many requests of a rollout the old side has answered in place of a new one that had
/// failed, since the start; nothing where it may not. Must be safe for concurrent use.
using FallbacksOf = std::function<std::optional<std::uint64_t>(std::string_view module)>;

/// What people have to look after.
struct Attention {
  std::string about;  ///< the health check that found it
  std::string message;
};

/// Requests that belong to no operation, since the start: they are told, never guessed at.
struct Unowned {
  std::uint64_t nowhere = 0;         ///< no route took them: answered 404, 405 or 400 here
  std::uint64_t not_told_apart = 0;  ///< counted as "other": there were too many operations
  /// Routes for all that is left (prefix "/", no rollout), with the requests that they took.
  std::vector<std::pair<std::string, std::uint64_t>> catch_alls;
  /// Of these, since the routes were read last, by route: what is to be done about it now. Nothing
  /// of those that nobody tells.
  std::map<std::string, std::uint64_t, std::less<>> lately{};
  std::optional<std::uint64_t> nowhere_lately{};  ///< the same of `nowhere`
};

/// What the process that serves knows and the control store does not. Each may be null: there is no
/// such process. Must be safe for concurrent use.
struct LiveFacts {
  TunnelsOf tunnels{};
  /// Requests that were spelled so that they passed the rollout's routes by ("/Albums/") and stayed
  /// on the old side, since the routes were read last.
  std::function<std::uint64_t(std::string_view module)> missed{};
  TestersOf testers{};
  /// Requests of the rollout that write and that its new side got, since the start.
  std::function<std::uint64_t(std::string_view module)> new_side_writes{};
  FallbacksOf fallbacks{};
  std::function<Unowned()> unowned{};
  std::function<std::vector<Attention>()> attention{};
  /// Whether a rollout has any request that writes: of one that has none the stage's side of the
  /// writes says nothing. Nothing where nobody knows its requests.
  std::function<std::optional<bool>(std::string_view module)> has_writes{};
};

/// What people and their tools see and change of the rollouts:
///
///     GET  /status                      rollouts, stages, revision, head of the log
///     GET  /log?limit=50&module=NAME    newest first; `&kind=stage`, plan or routes: these only;
///                                       404 for a module that there is not
///     GET  /verify?head=HASH            is the switch log untouched (and does it contain HASH)?
///     GET  /plans                       plans that move rollouts by themselves, with verdicts
///     POST /rollouts/NAME/shift       {"percent": "25%" or 25, "writes": "remote", "who", "why"}
///     POST /rollouts/NAME/back        {"gradually": true, "who", "why"}
///     POST /rollouts/NAME/next, /shadow        {"who", "why"}
///     POST /rollouts/NAME/retire      {"evidence", "who", "why"}: from moved to retired
///     POST /rollouts/NAME/plan        {"action": "start", "pause", "resume" or "abort", "steps",
///                                      "dwell_seconds", "samples", "gradually", "who", "why"}
///     POST /goto                      {"revision": 12, "dry_run": true, "who", "why"}
///
/// The answer to a change that brings writes home though nobody has said that the old side sees
/// what was written to the new one has "left_behind".
///
/// Shift, shadow, back, next and retire take "from_revision", the rollout's in /status that whoever
/// asks has looked at: of a rollout that has changed since they are refused (409
/// banyan.stale_revision), so that two who press the same button, or one who asks again, take
/// one step.
///
/// Changes that send the new side more are refused when it is not fit for traffic, and, where no
/// process can say what is legal, all but those to legacy ("force": true does it all the same, and
/// the log tells; what is known to be illegal it does not). Shift, next, goto and a plan's start
/// and resume are refused, too, when copies have shown that it answers otherwise: that has a word
/// of its own ("despite_differences": true), which the log tells with the figures. `details` of a
/// refusal point at the words that are needed. A change needs who and why (and may bring
/// "evidence"), and the content type application/json, which a page of another site cannot send
/// without being asked first. Blocks on the control store; safe for concurrent use; never throws
/// for what a client sends.
class AdminApi {
 public:
  /// Of the process that serves; nothing, when there is none.
  struct Parts {
    LiveFacts live{};
    PlanDesk::PlanOf plan_of{};
    Conductor* conductor = nullptr;
    const Clock* clock = nullptr;  ///< null: the system's
  };
  /// The switchboard must outlive the API, and what the parts refer to.
  explicit AdminApi(Switchboard& switchboard);
  AdminApi(Switchboard& switchboard, Parts parts);

  AdminAnswer answer(const AdminRequest& request);

 private:
  AdminAnswer read(const AdminRequest& request);
  AdminAnswer change(std::string_view module, std::string_view verb, const AdminRequest& request);
  AdminAnswer go_to(const AdminRequest& request);

  Switchboard* switchboard_;
  LiveFacts live_;
  PlanDesk plans_;
};

/// The documents of the API, for those who have the control store at hand instead of a process.
std::string status_json(const Switchboard::Overview& overview, const LiveFacts& live = {});
std::string change_json(const Change& change, const LiveFacts& live = {});
std::string plans_json(const std::vector<PlanStatus>& plans);
std::string plan_answer_json(const PlanDesk::Answer& answer, const LiveFacts& live = {});
std::string goto_json(const Switchboard::Goto& where, const Switchboard::Return& done,
                      const LiveFacts& live = {});
std::string log_json(const std::vector<LogEntry>& entries);
/// The evidence of a line of the log, as a part of a document: JSON where it was written as an
/// object or a list, as plans do, else a text ("forced", or a sentence of a person's). The log
/// keeps, and hashes, the text.
std::string evidence_json(const std::string& evidence);
std::string verification_json(const Verification& verification);

}  // namespace banyan::strangler
