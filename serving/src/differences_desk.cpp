// SPDX-License-Identifier: Apache-2.0
#include "differences_desk.hpp"

#include <algorithm>
#include <charconv>
#include <expected>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ask_side.hpp"
#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/forwarding/visit.hpp"
#include "banyan/http/names_alike.hpp"
#include "banyan/json/reader.hpp"
#include "banyan/kernel/listed.hpp"
#include "banyan/stages/control_store.hpp"
#include "route_snapshot.hpp"

namespace banyan::serving {
namespace {

using Json = nlohmann::ordered_json;
using strangler::AdminAnswer;
using strangler::AdminRefusal;
using strangler::CopyDropped;
using strangler::CopyFailure;

constexpr std::string_view kReplay = "/replay";

AdminAnswer refused(ErrorCode code, std::string rule, std::string message,
                    std::string_view allow = {}) {
  return std::unexpected(AdminRefusal{{code, std::move(rule), std::move(message), {}}, allow});
}

std::string dump(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json copies_json(const strangler::RolloutShadow& shadow) {
  const auto counts = shadow.counts.read();
  Json failed = Json::object();
  for (std::size_t i = 0; i < counts.failed.size(); ++i) {
    if (counts.failed[i] == 0) continue;
    failed[std::string(to_string(static_cast<CopyFailure::Kind>(i)))] = counts.failed[i];
  }
  Json dropped = Json::object();
  for (std::size_t i = 0; i < counts.dropped.size(); ++i) {
    if (counts.dropped[i] == 0) continue;
    dropped[std::string(to_string(static_cast<CopyDropped>(i)))] = counts.dropped[i];
  }
  Json lately = Json::array();
  for (std::size_t i = 0; i < counts.dropped_lately.size(); ++i) {
    if (counts.dropped_lately[i]) lately.push_back(to_string(static_cast<CopyDropped>(i)));
  }
  return {{"sent", counts.sent},
          {"sent_again", counts.sent_again},
          {"compared", counts.compared},
          {"under_way", shadow.under_way.taken()},
          {"memory_bytes", shadow.memory.taken()},
          {"failed", std::move(failed)},
          {"dropped", std::move(dropped)},
          {"dropped_lately", std::move(lately)}};
}

/// What is not copied by the rules that are in force, because it says who asks, and in which
/// fields; null: nothing.
Json held_back_json(const RouteSnapshot& routes, std::string_view module) {
  std::uint64_t requests = 0;
  std::set<std::string> fields;
  for (const Target& each : routes.targets()) {
    if (!each.both_sides || each.statistics_module() != module) continue;
    requests += each.both_sides->held_back->requests();
    fields.merge(each.both_sides->held_back->fields());
  }
  if (requests == 0) return nullptr;
  return {{"requests", requests}, {"fields", fields}};
}

/// "catalog:3" and what it names.
struct ExampleName {
  std::string module;
  std::uint64_t number = 0;

  static std::optional<ExampleName> parse(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    ExampleName name{.module = std::string(text.substr(0, colon))};
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), name.number);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return name;
  }
};

/// {"example": "catalog:3", "target": "/albums/…", "headers": {"Cookie": "…"}, "body": "…"}; all
/// but the example where something of it is hidden. "parts" in place of the target are what stood
/// for each "…" of it. "who" and "why" as with every order, if they are said. Else what is wrong,
/// without anything of it.
struct AskedReplay {
  std::string example;
  std::string who;
  std::string why;
  strangler::ReplayWords words;

  static std::expected<AskedReplay, std::string> parse(std::string_view body) {
    const Json document = Json::parse(body, nullptr, false);
    if (!document.is_object() || !document.contains("example")) {
      return std::unexpected(std::string(kExpected));
    }
    AskedReplay asked;
    for (const auto& [name, value] : document.items()) {
      if (name == "headers" && value.is_object()) {
        for (const auto& [field, said] : value.items()) {
          if (!said.is_string()) return std::unexpected(std::string(kExpected));
          asked.words.fields.emplace_back(field, said.get<std::string>());
        }
      } else if (name == "parts" && value.is_array()) {
        auto& parts = asked.words.parts.emplace();
        for (const Json& said : value) {
          if (!said.is_string()) return std::unexpected(std::string(kExpected));
          parts.push_back(said.get<std::string>());
        }
      } else if (name == "example" && value.is_string()) {
        asked.example = value.get<std::string>();
      } else if (name == "who" && value.is_string()) {
        asked.who = value.get<std::string>();
      } else if (name == "why" && value.is_string()) {
        asked.why = value.get<std::string>();
      } else if (name == "target" && value.is_string()) {
        asked.words.target = value.get<std::string>();
      } else if (name == "body" && value.is_string()) {
        asked.words.body = value.get<std::string>();
      } else {
        return std::unexpected(std::string(kExpected));
      }
    }
    if (asked.who.size() > strangler::kLongestWho || asked.why.size() > strangler::kLongestWhy) {
      return std::unexpected(std::string(kExpected));
    }
    return asked;
  }

 private:
  static constexpr std::string_view kExpected =
      R"(expected {"example": "MODULE:NUMBER"}, and what is hidden of it: "target", a text, or )"
      R"("parts", a list of texts; "headers", an object of texts; "body", a text. For the log )"
      R"("who" and "why", a sentence)";
};

/// What of a request somebody has said, by name: "target, cookie".
std::string names_of(const strangler::ReplayWords& words) {
  std::vector<std::string> names;
  const bool in_parts = words.parts && !words.parts->empty();
  if (!words.target.empty() || in_parts) names.emplace_back("target");
  for (const auto& [name, value] : words.fields) names.push_back(name);
  if (words.body) names.emplace_back("body");
  std::string text;
  for (const std::string& each : names) text += (text.empty() ? "" : ", ") + each;
  return text;
}

/// Of another kind: then what is asked now is hardly what was asked when the example was kept. Its
/// session is over, or what the answer depends on was not said.
bool is_another_answer(unsigned then, unsigned now) { return then / 100 != now / 100; }

/// The first of the targets that have the example's comparisons; null: none has any more.
const Target* target_of(const RouteSnapshot& routes, std::string_view module,
                        std::string_view operation = {}) {
  const auto found = std::ranges::find_if(routes.targets(), [&](const Target& each) {
    return each.both_sides && each.statistics_module() == module &&
           (operation.empty() || each.statistics_name() == operation);
  });
  return found == routes.targets().end() ? nullptr : &*found;
}

/// What copies say themselves to both sides nobody needs to know.
void needs_no_more_than(strangler::ComparedExample& example, const CopyRules& copies) {
  std::erase_if(example.hidden.fields,
                [&](const std::string& name) { return copies.replace(name); });
}

/// Other cookies than copies have would be taken out again, and something else be asked.
Error wrong_cookies(const std::string& rollout, const strangler::CopyCookies& cookies,
                    const strangler::ReplayWords& words) {
  Error error{ErrorCode::InvalidArgument,
              "banyan.replay_does_not_fit",
              "a cookie that is said is none that copies of " + rollout + " have: " +
                  (cookies.pass.empty() ? "all but " + listed(cookies.drop)
                                        : "these have only " + listed(cookies.pass)) +
                  " (cookies in [rollouts." + rollout + ".shadow]); leave it out",
              {}};
  if (!words.parts) return error;
  for (const auto& [name, value] : words.fields) {
    if (!http::names_are_alike(name, "cookie")) continue;
    error.details.push_back({json::pointer_to("/headers", name), error.message});
  }
  return error;
}

AdminAnswer cannot_be_asked(std::string_view example, const std::string& why) {
  return refused(ErrorCode::FailedPrecondition, "banyan.example_not_replayable",
                 std::string(example) + " cannot be asked again: " + why);
}

}  // namespace

AdminAnswer DifferencesDesk::answer(const strangler::AdminRequest& request) const {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.path.empty()) {
    if (!reads) {
      return refused(ErrorCode::InvalidArgument, "banyan.method_not_allowed",
                     "only GET, HEAD is possible here", "GET, HEAD");
    }
    constexpr std::string_view kModule = "module=";
    if (request.query.empty()) return list({});
    if (!request.query.starts_with(kModule) || request.query.find('&') != std::string_view::npos) {
      return refused(ErrorCode::InvalidArgument, "banyan.invalid_request",
                     "the query is \"" + std::string(request.query) + "\", expected module=NAME");
    }
    return list(request.query.substr(kModule.size()));
  }
  if (request.path != kReplay) {
    return refused(ErrorCode::NotFound, "banyan.unknown_resource",
                   "there is nothing at /differences" + std::string(request.path) +
                       "; there are /differences and /differences/replay");
  }
  if (request.method != "POST") {
    return refused(ErrorCode::InvalidArgument, "banyan.method_not_allowed",
                   "only POST is possible here", "POST");
  }
  // A page of another site cannot send this type without being asked first.
  if (!request.content_type.starts_with("application/json")) {
    return refused(ErrorCode::InvalidArgument, "banyan.unsupported_media_type",
                   "a replay is asked for with the content type application/json");
  }
  const auto asked = AskedReplay::parse(request.body);
  if (!asked) return refused(ErrorCode::InvalidArgument, "banyan.invalid_request", asked.error());
  return replay(asked->example, asked->words, {.who = asked->who, .why = asked->why});
}

AdminAnswer DifferencesDesk::list(std::string_view module) const {
  Json modules = Json::array();
  const auto routes = routes_.read([](const auto& now) { return now; });
  for (const auto& figures : book_.all()) {
    const strangler::RolloutShadow& shadow = figures->shadow;
    if (!module.empty() && shadow.name() != module) continue;
    const auto findings = shadow.findings();
    Json entry = {{"module", shadow.name()}, {"copies", copies_json(shadow)}};
    if (Json held = held_back_json(*routes, shadow.name()); !held.is_null()) {
      entry["copies"]["held_back"] = std::move(held);
    }
    auto report = findings ? findings->report() : strangler::ComparisonReport();
    if (const Target* const target = target_of(*routes, shadow.name())) {
      for (strangler::FieldReport& field : report.fields) {
        for (strangler::ComparedExample& each : field.examples) {
          needs_no_more_than(each, *target->both_sides->copies);
        }
      }
    }
    entry["report"] = Json::parse(to_json(report));
    modules.push_back(std::move(entry));
  }
  if (!module.empty() && modules.empty()) {
    return refused(ErrorCode::NotFound, "banyan.unknown_rollout",
                   "nothing that is called \"" + std::string(module) +
                       "\" has two sides here; `banyan status` lists what is being moved");
  }
  return dump({{"modules", std::move(modules)}});
}

AdminAnswer DifferencesDesk::replay(std::string_view text, const strangler::ReplayWords& words,
                                    const Asker& asker) const {
  const auto name = ExampleName::parse(text);
  if (!name) {
    return refused(ErrorCode::InvalidArgument, "banyan.invalid_request",
                   "\"" + std::string(text) +
                       "\" names no example; they are called MODULE:NUMBER, such as catalog:3, and "
                       "`banyan differences` lists them");
  }
  const auto rollouts = book_.all();
  const auto found = std::ranges::find_if(
      rollouts, [&](const auto& each) { return each->shadow.name() == name->module; });
  const auto findings = found == rollouts.end() ? nullptr : (*found)->shadow.findings();
  auto kept = findings ? findings->example(name->number) : std::nullopt;
  if (!kept) {
    return refused(ErrorCode::NotFound, "banyan.no_such_example",
                   "no example is called " + std::string(text) +
                       "; a restart, or another declaration of what is compared, begins anew");
  }
  const auto routes = routes_.read([](const auto& now) { return now; });
  const Target* const target = target_of(*routes, name->module, kept->operation);
  if (target == nullptr) {
    return cannot_be_asked(text, kept->operation + " has no second side any more");
  }
  const CopyRules& copies = *target->both_sides->copies;
  needs_no_more_than(kept->example, copies);
  auto whole = findings->request_again({.name = text, .words = words, .route = target->route.path},
                                       kept->example, target->both_sides->rules);
  if (!whole) return std::unexpected(AdminRefusal{std::move(whole.error()), {}});
  strangler::take_out_cookie(whole->head.fields,
                             strangler::visit_cookie(routes->configuration().stickiness_keys));
  if (!copies.have_cookies_of(whole->head.fields)) {
    return std::unexpected(
        AdminRefusal{wrong_cookies(target->route.rollout, copies.cookies(), words), {}});
  }
  // Both by what routes say now: they may have changed since, and the target was said by somebody.
  if (!routes->leads_to(*target, whole->head.method, whole->head.target)) {
    return cannot_be_asked(text, "its target does not lead to " + kept->operation);
  }
  if (target->route.effect_for(whole->head.method) != Effect::Read) {
    return cannot_be_asked(text, kept->operation + " is a write by now, and only reads are");
  }
  // Before anybody is asked: perhaps in a user's session, of which both sides' logs have that user.
  log_.write(telemetry::Level::Info, "example_asked_again",
             {{"example", text},
              {"operation", kept->operation},
              {"said", names_of(words)},
              {"who", asker.who},
              {"why", asker.why}});
  auto request = std::make_shared<const http::Request>(std::move(*whole));
  auto old_answer = ask_side(*target, Side::Local, *request, kept->example.by_tls, clock_);
  if (!old_answer) return std::unexpected(AdminRefusal{old_answer.error(), {}});
  auto new_answer = ask_side(*target, Side::Remote, *request, kept->example.by_tls, clock_);
  if (!new_answer) return std::unexpected(AdminRefusal{new_answer.error(), {}});
  const unsigned old_status = old_answer->head.status;
  const unsigned new_status = new_answer->head.status;
  strangler::AnsweredPair pair{.request = request,
                               .old_answer = std::move(*old_answer),
                               .other_answer = std::move(*new_answer),
                               .operation = target->statistics_name(),
                               .route = target->route.path,
                               .rules = &target->both_sides->rules,
                               .told_old = copies.secrets(Side::Local),
                               .told_other = copies.secrets(Side::Remote)};
  const auto comparison = findings->compare_only(pair, clock_.now());
  if (!comparison) {
    return cannot_be_asked(text, "an answer has a content coding that cannot be undone here");
  }
  Json document = {{"example", text},
                   {"operation", kept->operation},
                   {"request", kept->example.request_line},
                   {"old", {{"status", old_status}}},
                   {"new", {{"status", new_status}}}};
  if (const unsigned then = kept->example.old_status; is_another_answer(then, old_status)) {
    document["old_then"] = {{"status", then}};
  }
  document["comparison"] = Json::parse(to_json(*comparison, findings->clear()));
  return dump(document);
}

}  // namespace banyan::serving
