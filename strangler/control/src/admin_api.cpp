// SPDX-License-Identifier: Apache-2.0
#include "banyan/control/admin_api.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/stages/suggestion.hpp"
#include "change_order.hpp"
#include "json_text.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kUsualLog = 50;
constexpr std::size_t kLongestLog = 1'000;

AdminAnswer refused(Error error, std::string_view allow = {}) {
  return std::unexpected(AdminRefusal{std::move(error), allow});
}

AdminAnswer not_allowed(std::string_view allow) {
  return refused({ErrorCode::InvalidArgument,
                  "banyan.method_not_allowed",
                  "only " + std::string(allow) + " is possible here",
                  {}},
                 allow);
}

AdminAnswer nothing_here(std::string_view path) {
  return refused({ErrorCode::NotFound,
                  "banyan.unknown_resource",
                  "there is nothing at " + std::string(path) +
                      "; there are /status, /log, /verify, /plans, /goto, and of a rollout "
                      "/rollouts/MODULE/shift, shadow, back, next, retire and plan; GET "
                      "/_banyan/api/ of a process lists what else it shows",
                  {}});
}

/// The document of what was found, or why there is none.
template <class Found, class Document>
AdminAnswer answer_of(const Result<Found>& found, Document document) {
  if (!found) return refused(found.error());
  return document(*found);
}

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  std::string lower;
  for (const char c : type) {
    if (c != ' ') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower == "application/json";
}

bool is_head(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The query, of which every key must be known.
class Query {
 public:
  Query(std::string_view text, const std::vector<std::string>& known) {
    while (!text.empty()) {
      const std::string_view pair = text.substr(0, text.find('&'));
      text.remove_prefix(std::min(text.size(), pair.size() + 1));
      const std::size_t equals = std::min(pair.find('='), pair.size());
      std::string key(pair.substr(0, equals));
      std::string value(equals < pair.size() ? pair.substr(equals + 1) : "");
      if (std::ranges::find(known, key) == known.end()) {
        problem_ = "unknown key \"" + key + "\" in the query." + suggestion(key, known);
      } else if (value.find_first_of("%+") != std::string::npos) {
        problem_ = key + " has no need of escapes, and \"" + value + "\" has some";
      } else {
        pairs_.emplace_back(std::move(key), std::move(value));
      }
    }
  }

  std::string value(std::string_view key) const {
    for (const auto& [name, value] : pairs_) {
      if (name == key) return value;
    }
    return {};
  }

  std::size_t limit() {
    const std::string text = value("limit");
    if (text.empty()) return kUsualLog;
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc{} || end != text.data() + text.size() || limit == 0 ||
        limit > kLongestLog) {
      problem_ = "limit is \"" + text + "\", expected a number from 1 to 1000";
    }
    return limit;
  }

  const std::string& wrong() const { return problem_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
  std::string problem_;
};

AdminAnswer bad_query(const std::string& message) {
  return refused({ErrorCode::InvalidArgument, "banyan.invalid_request", message, {}});
}

AdminAnswer status(Switchboard& board, std::string_view query, const LiveFacts& live) {
  if (const Query none(query, {}); !none.wrong().empty()) return bad_query(none.wrong());
  return answer_of(board.overview(),
                   [&](const auto& overview) { return status_json(overview, live); });
}

AdminAnswer log(Switchboard& board, std::string_view text) {
  Query query(text, {"limit", "module", "kind"});
  const std::size_t limit = query.limit();
  if (!query.wrong().empty()) return bad_query(query.wrong());
  const std::string kind = query.value("kind");
  if (!kind.empty() && std::ranges::find(kLineKinds, kind) == kLineKinds.end()) {
    return bad_query("kind is \"" + kind + "\", expected stage, plan or routes");
  }
  return answer_of(board.store().history(limit, query.value("module"), kind), log_json);
}

AdminAnswer verify(Switchboard& board, std::string_view text) {
  const Query query(text, {"head"});
  if (!query.wrong().empty()) return bad_query(query.wrong());
  // A mistyped head must not pass for a log that somebody has cut off.
  const std::string head = query.value("head");
  if (!head.empty() && !is_head(head)) {
    return bad_query("head is \"" + head + "\", expected 64 lower-case hexadecimal digits");
  }
  return answer_of(board.store().verify(head), verification_json);
}

AdminAnswer plans(const PlanDesk& desk, std::string_view text) {
  if (const Query none(text, {}); !none.wrong().empty()) return bad_query(none.wrong());
  return answer_of(desk.plans(), plans_json);
}

bool is_read_only(std::string_view path) {
  return path == "/status" || path == "/log" || path == "/verify" || path == "/plans";
}

/// Copies are for a new side that nobody is served by yet; a plan that there is stays as it is.
Result<Change> to_shadow(Switchboard& board, std::string_view module, const Reason& reason,
                         bool force) {
  return board.walk(
      module, {.more = true, .force = force}, reason,
      [&](const Traffic& before, StoredPlan& /*plan*/) -> Result<Traffic> {
        if (before.stage <= TrafficStage::Shadow) return Traffic::shadow();
        return fail(ErrorCode::FailedPrecondition, "banyan.illegal_stage",
                    std::string(module) + " is at " + to_string(before) +
                        ", where users are served by the new side already. At canary reads are "
                        "copied as well, once the file has a section [rollouts." +
                        std::string(module) + ".shadow]. `banyan back` goes back.");
      });
}

}  // namespace

AdminApi::AdminApi(Switchboard& switchboard) : AdminApi(switchboard, Parts()) {}

AdminApi::AdminApi(Switchboard& switchboard, Parts parts)
    : switchboard_(&switchboard),
      live_(std::move(parts.live)),
      plans_(switchboard, parts.clock != nullptr ? *parts.clock : system_clock(),
             std::move(parts.plan_of), parts.conductor) {}

AdminAnswer AdminApi::read(const AdminRequest& request) {
  if (request.path == "/status") return status(*switchboard_, request.query, live_);
  if (request.path == "/log") return log(*switchboard_, request.query);
  if (request.path == "/plans") return plans(plans_, request.query);
  return verify(*switchboard_, request.query);
}

AdminAnswer AdminApi::change(std::string_view module, std::string_view verb,
                             const AdminRequest& request) {
  const auto of_plan = [this](const auto& done) { return plan_answer_json(done, live_); };
  const auto of_change = [this](const auto& done) { return change_json(done, live_); };
  if (verb == "plan") {
    const auto order = read_plan_order(request.body);
    if (!order) return refused(order.error());
    return answer_of(plans_.order(module, order->order, order->reason), of_plan);
  }
  const ChangeKind kind = verb == "shift"    ? ChangeKind::Shift
                          : verb == "back"   ? ChangeKind::Back
                          : verb == "retire" ? ChangeKind::Retire
                          : verb == "shadow" ? ChangeKind::Shadow
                                             : ChangeKind::Next;
  const auto order = read_change_order(request.body, kind);
  if (!order) return refused(order.error());
  if (order->gradually) {
    return answer_of(plans_.back_gradually(module, order->reason), of_plan);
  }
  Switchboard& board = *switchboard_;
  if (verb == "shadow") {
    return answer_of(to_shadow(board, module, order->reason, order->order.despite.force),
                     of_change);
  }
  const Despite& despite = order->order.despite;
  return answer_of(verb == "shift"    ? board.shift(module, order->order, order->reason)
                   : verb == "back"   ? board.back(module, order->reason, despite.force)
                   : verb == "retire" ? board.retire(module, order->reason, despite.force)
                                      : board.next(module, order->reason, despite),
                   of_change);
}

AdminAnswer AdminApi::go_to(const AdminRequest& request) {
  const auto order = read_goto_order(request.body);
  if (!order) return refused(order.error());
  return answer_of(switchboard_->go_to(order->where, order->reason),
                   [&](const auto& done) { return goto_json(order->where, done, live_); });
}

AdminAnswer AdminApi::answer(const AdminRequest& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (is_read_only(request.path)) return reads ? read(request) : not_allowed("GET, HEAD");
  const bool goes = request.path == "/goto";
  constexpr std::string_view kRollouts = "/rollouts/";
  if (!goes && !request.path.starts_with(kRollouts)) return nothing_here(request.path);
  const std::string_view rest = goes ? "" : request.path.substr(kRollouts.size());
  const std::size_t slash = rest.find('/');
  const std::string_view module = rest.substr(0, slash);
  const std::string_view verb = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  const std::vector<std::string_view> verbs{"shift", "shadow", "back", "next", "retire", "plan"};
  if (!goes && (module.empty() || std::ranges::find(verbs, verb) == verbs.end())) {
    return nothing_here(request.path);
  }
  if (request.method != "POST") return not_allowed("POST");
  if (!is_json(request.content_type)) {
    return refused({ErrorCode::InvalidArgument,
                    "banyan.unsupported_media_type",
                    "a change is asked for with the content type application/json, not \"" +
                        std::string(request.content_type) + '"',
                    {}});
  }
  return goes ? go_to(request) : change(module, verb, request);
}

}  // namespace banyan::strangler
