// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "admin_client.hpp"
#include "banyan/kernel/saga.hpp"
#include "counted.hpp"
#include "exit_code.hpp"
#include "terminal.hpp"
#include "traffic_text.hpp"

namespace banyan::cli {
namespace {

// To the second; --json has the rest.
std::string time_of(const Json& object, const char* key) {
  std::string time = text_of(object, key);
  if (time.size() > 19) time = time.substr(0, 19) + 'Z';
  return time;
}

/// Calls for one side of a step: "3 until 2026-11-29T12:00:00Z".
std::string calls_of(const Json& step, const char* side) {
  const Json calls = step.value(side, Json::object());
  const std::uint64_t count = number_of(calls, "calls");
  if (count == 0) return "";
  return std::to_string(count) + " until " + time_of(calls, "ended");
}

std::string why(const Json& step) {
  for (const char* side : {"undoing", "doing"}) {
    const std::string problem = text_of(step.value(side, Json::object()), "problem");
    if (!problem.empty()) return problem;
  }
  return text_of(step, "note");
}

/// "stuck", "active, overdue".
std::string status_of(const Json& saga) {
  return text_of(saga, "status") + (saga.value("overdue", false) ? ", overdue" : "");
}

/// Of a sentence that may be long: its beginning; `banyan sagas ID` has all of it.
std::string beginning_of(std::string text) {
  constexpr std::size_t kMost = 80;
  if (text.size() <= kMost) return text;
  const std::size_t blank = text.rfind(' ', kMost);
  std::size_t end = blank == std::string::npos ? kMost : blank;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + " …";
}

bool is_open(const Json& saga) {
  const std::string status = text_of(saga, "status");
  return status == "active" || status == "stuck";
}

/// Beyond that a process does not count how many there have been.
constexpr std::uint64_t kMostCounted = 10'000;

/// What there is, by what the process has counted, and what of it is listed.
struct Tally {
  std::uint64_t all = 0;
  bool more = false;  ///< than `all`
  std::uint64_t open = 0;
  std::uint64_t stuck = 0;
  std::uint64_t overdue = 0;
  std::uint64_t listed = 0;
  std::uint64_t listed_open = 0;
  std::map<std::string, std::uint64_t> waiting;  ///< of those listed, by whom they wait for
};

Tally tally_of(const Json& document) {
  Tally tally;
  for (const Json& module : document.value("modules", Json::array())) {
    const Json counts = module.value("counts", Json::object());
    tally.all += number_of(counts, "all");
    tally.more = tally.more || number_of(counts, "all") >= kMostCounted;
    tally.open += number_of(counts, "active") + number_of(counts, "stuck");
    tally.stuck += number_of(counts, "stuck");
    tally.overdue += number_of(counts, "overdue");
    for (const Json& saga : module.value("sagas", Json::array())) {
      ++tally.listed;
      if (!is_open(saga)) continue;
      ++tally.listed_open;
      const std::string blocked = text_of(saga, "blocked_on");
      if (!blocked.empty()) ++tally.waiting[blocked];
    }
  }
  // A process of a version before counts nothing, and lists all that are open.
  tally.open = std::max(tally.open, tally.listed_open);
  return tally;
}

/// "43 open: 40 wait for payments; these are 93 of 129, the open ones and the newest others".
std::string summary_of(const Tally& tally, bool only_open) {
  std::string text = tally.open == 0 ? "nothing is open or stuck" : "";
  if (tally.open > 0) text = std::to_string(tally.open) + " open";
  if (tally.stuck > 0) text += ", " + std::to_string(tally.stuck) + " of them stuck";
  if (tally.overdue > 0) text += ", " + std::to_string(tally.overdue) + " overdue";
  std::string waits;
  for (const auto& [dependency, number] : tally.waiting) {
    waits += (waits.empty() ? ": " : ", ") +
             counted(number, "waits for " + dependency, "wait for " + dependency);
  }
  text += waits;
  const std::uint64_t of = only_open ? tally.open : tally.all;
  if (tally.listed == 0 || tally.listed >= of) return text;
  const std::string number = std::to_string(tally.listed);
  if (only_open) return text + "; these are the newest " + number;
  const std::string all = std::to_string(of) + (tally.more ? " or more" : "");
  return text + (tally.open == 0 ? "; these are the newest " + number + " of " + all
                                 : "; these are " + number + " of " + all +
                                       ", the open ones and the newest others");
}

void show_list(const Json& document, bool only_open) {
  std::vector<std::vector<std::string>> rows = {
      {"ID", "SAGA", "ABOUT", "STATUS", "AT", "WAITS FOR", "ATTEMPTS", "PROBLEM"}};
  for (const Json& module : document.value("modules", Json::array())) {
    for (const Json& saga : module.value("sagas", Json::array())) {
      rows.push_back({text_of(saga, "id"), text_of(module, "module") + '.' + text_of(saga, "name"),
                      text_of(saga, "subject"), status_of(saga), text_of(saga, "at"),
                      text_of(saga, "blocked_on"), std::to_string(number_of(saga, "attempts")),
                      beginning_of(text_of(saga, "problem"))});
    }
  }
  const Tally tally = tally_of(document);
  if (rows.size() == 1 && tally.all == 0) return print_line("there are no sagas");
  print_line(summary_of(tally, only_open));
  if (rows.size() > 1) print_table(rows);
}

void show_one(const Json& saga) {
  print_line(text_of(saga, "id") + "  " + text_of(saga, "name") + " version " +
             std::to_string(number_of(saga, "version")) + ", about " + text_of(saga, "subject"));
  const std::string at = text_of(saga, "at");
  const std::string deadline = time_of(saga, "deadline");
  print_line("  " + status_of(saga) + ", " + text_of(saga, "phase") +
             (at.empty() ? "" : ", at " + at) + ", began " + time_of(saga, "began") +
             (deadline.empty() ? "" : ", to be over by " + deadline));
  if (const std::string blocked = text_of(saga, "blocked_on"); !blocked.empty()) {
    print_line("  waits until " + blocked + " answers");
  }
  if (const std::string turned = text_of(saga, "turned_back"); !turned.empty()) {
    print_line("  turned back: " + turned);
  }
  if (const std::string problem = text_of(saga, "problem"); !problem.empty()) {
    print_line("  " + problem);
  }
  std::vector<std::vector<std::string>> rows = {
      {"STEP", "MODULE", "KIND", "STATE", "CALLS", "CALLS TO UNDO", "PROBLEM"}};
  for (const Json& step : saga.value("steps", Json::array())) {
    rows.push_back({text_of(step, "name"), text_of(step, "dependency"), text_of(step, "kind"),
                    text_of(step, "state"), calls_of(step, "doing"), calls_of(step, "undoing"),
                    why(step)});
  }
  print_table(rows);
}

std::string listed(const Json& words) {
  std::string text;
  for (const Json& each : words) {
    if (each.is_string()) text += (text.empty() ? "" : ", ") + each.get<std::string>();
  }
  return text;
}

/// One of those that the API knows, or what was done to it.
int show_document(const Json& document) {
  const Json saga = document.value("saga", Json::object());
  show_one(saga);
  if (const std::string possible = listed(saga.value("possible", Json::array()));
      !possible.empty()) {
    print_line("  possible: " + possible + "  (banyan sagas " +
               possible.substr(0, possible.find(',')) + ' ' + text_of(saga, "id") + " --why …)");
  }
  return kDone;
}

/// Only those about that subject ("" is all), and with `open` only those that are not over.
Json chosen(const Json& document, const SagasOptions& options) {
  Json modules = Json::array();
  for (const Json& module : document.value("modules", Json::array())) {
    Json sagas = Json::array();
    for (const Json& saga : module.value("sagas", Json::array())) {
      const bool about = options.id.empty() || text_of(saga, "subject") == options.id;
      if (about && (!options.open || is_open(saga))) sagas.push_back(saga);
    }
    Json row{{"module", text_of(module, "module")}};
    if (module.contains("counts")) row["counts"] = module["counts"];
    row["sagas"] = std::move(sagas);
    if (module.contains("problem")) row["problem"] = module["problem"];
    modules.push_back(std::move(row));
  }
  return {{"modules", std::move(modules)}};
}

int show_chosen(const Json& document, const SagasOptions& options) {
  std::size_t found = 0;
  for (const Json& module : document["modules"]) {
    found += module["sagas"].size();
    if (const std::string problem = text_of(module, "problem"); !problem.empty()) {
      announce("nothing is known of the sagas of " + text_of(module, "module") +
               " just now: " + problem);
    }
    if (options.id.empty() || options.json) continue;
    for (const Json& saga : module["sagas"]) show_one(saga);
  }
  if (options.json) print_json(document, 2);
  if (found == 0 && !options.id.empty()) {
    const Error none{ErrorCode::NotFound,
                     "banyan.unknown_saga",
                     "there is no saga about " + options.id +
                         " among those that are not over and " +
                         "the newest others; `banyan sagas` lists them",
                     {}};
    if (!options.json) print_error(none, false);
    return kRefused;
  }
  if (options.id.empty() && !options.json) show_list(document, options.open);
  return kDone;
}

/// The step that the saga is at now.
Result<std::string> where_it_is(AdminClient& client, const std::string& id) {
  const auto answer = client.get("/sagas/" + id, "");
  if (!answer) return fail(answer.error());
  const Json document = Json::parse(*answer, nullptr, false);
  if (!document.is_object()) return std::string();
  return text_of(document.value("saga", Json::object()), "at");
}

bool is_saga_id(const std::string& text) { return SagaId::parse(text).has_value(); }

}  // namespace

int sagas(const ControlTarget& target, const SagasOptions& options) {
  if (is_saga_id(options.id)) return ask(target, "/sagas/" + options.id, "", show_document);
  const auto client = admin_client(target);
  if (!client) return ask(target, "/sagas", "", show_document);  // says what is wrong
  const auto answer = (*client)->get("/sagas", "");
  if (!answer) return not_told(answer.error(), options.json);
  return show_chosen(chosen(Json::parse(*answer, nullptr, false), options), options);
}

int order_saga(const ControlTarget& target, const SagasOptions& options) {
  Json body{{"who", options.who}, {"why", options.why}};
  std::string at = options.at;
  if (const auto client = admin_client(target); client && options.verb == "mark" && at.empty()) {
    auto seen = where_it_is(**client, options.id);
    if (!seen) return not_told(seen.error(), options.json);
    at = *std::move(seen);
  }
  if (!at.empty()) body["at"] = at;
  const int told = order(target, "/sagas/" + options.id + '/' + options.verb, body, show_document);
  if (told == kDone && !at.empty() && !options.json) print_line("  marked: " + at);
  return told;
}

}  // namespace banyan::cli
