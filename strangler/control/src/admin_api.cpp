// SPDX-License-Identifier: Apache-2.0
#include "control/admin_api.hpp"

#include <algorithm>
#include <charconv>

#include "change_order.hpp"
#include "json_text.hpp"
#include "stages/suggestion.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kUsualLog = 50;
constexpr std::size_t kLongestLog = 1'000;

AdminAnswer document(std::string body) { return {200, "application/json", std::move(body), {}}; }

AdminAnswer problem(const Error& error, unsigned status) {
  nlohmann::ordered_json json = {
      {"type", "about:blank"},   {"title", to_string(error.code)}, {"status", status},
      {"detail", error.message}, {"code", to_string(error.code)},  {"rule", error.rule}};
  for (const Detail& detail : error.details) {
    json["details"].push_back({{"where", detail.where}, {"problem", detail.problem}});
  }
  return {status, "application/problem+json", dump(json), {}};
}

AdminAnswer problem(const Error& error) { return problem(error, http_status(error.code)); }

AdminAnswer not_allowed(std::string_view allow) {
  AdminAnswer answer = problem({ErrorCode::InvalidArgument,
                                "banyan.method_not_allowed",
                                "only " + std::string(allow) + " is possible here",
                                {}},
                               405);
  answer.allow = allow;
  return answer;
}

AdminAnswer nothing_here(std::string_view path) {
  return problem({ErrorCode::NotFound,
                  "banyan.unknown_resource",
                  "there is nothing at " + std::string(path) +
                      "; there are /status, /log, /verify, /migrations/MODULE/shift, "
                      "/migrations/MODULE/back and /migrations/MODULE/next",
                  {}});
}

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  std::string lower;
  for (const char c : type) {
    if (c != ' ') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower == "application/json";
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
  return problem({ErrorCode::InvalidArgument, "banyan.invalid_request", message, {}});
}

AdminAnswer status(Switchboard& board, std::string_view query, const TunnelsOf& tunnels) {
  if (const Query none(query, {}); !none.wrong().empty()) return bad_query(none.wrong());
  const auto overview = board.overview();
  return overview ? document(status_json(*overview, tunnels)) : problem(overview.error());
}

AdminAnswer log(Switchboard& board, std::string_view text) {
  Query query(text, {"limit", "module"});
  const std::size_t limit = query.limit();
  if (!query.wrong().empty()) return bad_query(query.wrong());
  const auto entries = board.store().log(limit, query.value("module"));
  return entries ? document(log_json(*entries)) : problem(entries.error());
}

AdminAnswer verify(Switchboard& board, std::string_view text) {
  const Query query(text, {"head"});
  if (!query.wrong().empty()) return bad_query(query.wrong());
  const auto found = board.store().verify(query.value("head"));
  return found ? document(verification_json(*found)) : problem(found.error());
}

AdminAnswer change(Switchboard& board, std::string_view module, std::string_view verb,
                   const AdminRequest& request) {
  if (!is_json(request.content_type)) {
    return problem({ErrorCode::InvalidArgument,
                    "banyan.not_json",
                    "a change is asked for with the content type application/json, not \"" +
                        std::string(request.content_type) + '"',
                    {}},
                   415);
  }
  const auto order =
      read_change_order(request.body, verb == "shift" ? ChangeKind::Shift : ChangeKind::Step);
  if (!order) return problem(order.error());
  const auto changed = verb == "shift"  ? board.shift(module, order->order, order->reason)
                       : verb == "back" ? board.back(module, order->reason)
                                        : board.next(module, order->reason);
  return changed ? document(change_json(*changed)) : problem(changed.error());
}

}  // namespace

AdminAnswer AdminApi::answer(const AdminRequest& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/status") {
    return reads ? status(*switchboard_, request.query, tunnels_) : not_allowed("GET, HEAD");
  }
  using Reader = AdminAnswer (*)(Switchboard&, std::string_view);
  const std::pair<std::string_view, Reader> readers[] = {{"/log", log}, {"/verify", verify}};
  for (const auto& [path, reader] : readers) {
    if (request.path == path) {
      return reads ? reader(*switchboard_, request.query) : not_allowed("GET, HEAD");
    }
  }
  constexpr std::string_view kMigrations = "/migrations/";
  if (!request.path.starts_with(kMigrations)) return nothing_here(request.path);
  const std::string_view rest = request.path.substr(kMigrations.size());
  const std::size_t slash = rest.find('/');
  const std::string_view module = rest.substr(0, slash);
  const std::string_view verb = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  if (module.empty() || (verb != "shift" && verb != "back" && verb != "next")) {
    return nothing_here(request.path);
  }
  if (request.method != "POST") return not_allowed("POST");
  return change(*switchboard_, module, verb, request);
}

}  // namespace banyan::strangler
