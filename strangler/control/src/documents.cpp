// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "banyan/control/admin_api.hpp"
#include "banyan/json/depth.hpp"
#include "body_reader.hpp"
#include "json_text.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

Json traffic_object(const Traffic& traffic) {
  return {{"stage", to_string(traffic.stage)},
          {"reads", to_string(traffic.reads)},
          {"writes", to_string(traffic.writes)}};
}

/// What the switchboard has said behind evidence that is an object. Nobody else has the word: an
/// object that has the member already stays the text that it is.
constexpr const char* kSwitchboard = "_switchboard";

/// JSON as it was brought, or the text that it is. What the switchboard has said behind it
/// ("; forced") is a member of it. A text that is nested deeper than any body may be stays a text:
/// a line of the log is there for good, and whoever writes its value down recurses into it.
Json evidence_object(const std::string& evidence) {
  if (json::is_nested_deeper(evidence, kMostLevels)) return evidence;
  Json json = Json::parse(evidence, nullptr, false);
  if (json.contains(kSwitchboard)) return evidence;
  if (json.is_structured()) return json;
  const std::size_t end = evidence.rfind("}; ");
  if (end == std::string::npos) return evidence;
  json = Json::parse(evidence.substr(0, end + 1), nullptr, false);
  if (!json.is_object() || json.contains(kSwitchboard)) return evidence;
  json[kSwitchboard] = evidence.substr(end + 3);
  return json;
}

Json entry_object(const LogEntry& entry) {
  // The log keeps the texts that it hashed; they are JSON unless somebody tampered with them.
  const auto parsed = [](const std::string& text) {
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) json = text;
    return json;
  };
  Json json = {{"kind", entry.kind}, {"seq", entry.seq}};
  if (entry.note != 0) json["note"] = entry.note;
  json["time"] = to_string(entry.time);
  json["module"] = entry.module;
  json["who"] = entry.who;
  json["why"] = entry.why;
  json["before"] = parsed(entry.before);
  json["after"] = parsed(entry.after);
  if (!entry.evidence.empty()) json["evidence"] = evidence_object(entry.evidence);
  if (entry.note != 0) json["stage_hash"] = entry.stage_hash;
  json["previous_hash"] = entry.previous_hash;
  json["hash"] = entry.hash;
  return json;
}

/// For people, who alone know what there is to be carried over.
Json left_behind(const std::string& module, const LiveFacts& live) {
  Json json = Json::object();
  std::string written =
      "what was written to the new side of " + module + " while it had the writes";
  if (live.new_side_writes) {
    const std::uint64_t writes = live.new_side_writes(module);
    json["writes"] = writes;
    written += " (it got " + std::to_string(writes) + (writes == 1 ? " write" : " writes") +
               " since this process began)";
  }
  json["message"] =
      written +
      " may be missing on the old one, which has them now: nobody has said that both work on the "
      "same data. If they do, say shared_data = true in [rollouts." +
      module +
      ".fallback]; if not, carry it over by hand, or give the writes back before the old side has "
      "any: banyan shift " +
      module + " 100% --writes new";
  return json;
}

}  // namespace

std::string evidence_json(const std::string& evidence) { return dump(evidence_object(evidence)); }

std::string status_json(const Switchboard::Overview& overview, const LiveFacts& live) {
  Json rollouts = Json::array();
  for (const Switchboard::Position& position : overview.positions) {
    Json json = {{"module", position.rollout.module}};
    json.update(traffic_object(position.rollout.traffic));
    json["reads_hundredths"] = position.rollout.traffic.reads.hundredths();
    // Of an application whose tables nobody here knows the stage is only the one it begins with.
    json["data"] = position.topology.old_side_sees_writes ? to_string(position.topology.data)
                                                          : std::string_view("unknown");
    json["old_side"] = position.topology.old_side;
    json["new_side"] = position.topology.new_side;
    json["revision"] = position.rollout.revision;
    if (position.next) json["next"] = to_string(*position.next);
    if (position.back) json["back"] = to_string(*position.back);
    if (live.tunnels) {
      const TunnelCounts counts = live.tunnels(position.rollout.module);
      json["tunnels"] = {
          {"old_side", counts.old_side}, {"new_side", counts.new_side}, {"pinned", counts.pinned}};
    }
    if (const auto testers = live.testers ? live.testers(position.rollout.module) : std::nullopt) {
      json["testers"] = {{"old_side", testers->old_side},
                         {"new_side", testers->new_side},
                         {"refused", testers->refused}};
    }
    if (live.fallbacks) {
      const auto fallbacks = live.fallbacks(position.rollout.module);
      if (fallbacks) json["fallbacks"] = *fallbacks;
    }
    if (live.missed) json["missed"] = live.missed(position.rollout.module);
    if (const auto writes =
            live.has_writes ? live.has_writes(position.rollout.module) : std::nullopt) {
      json["has_writes"] = *writes;
    }
    if (position.illegal) json["illegal"] = *position.illegal;
    rollouts.push_back(std::move(json));
  }
  Json document = {{"revision", overview.stand.revision},
                   {"log", {{"entries", overview.stand.lines}, {"head", overview.stand.log_head}}}};
  if (live.unowned) {
    const Unowned unowned = live.unowned();
    Json catch_alls = Json::array();
    for (const auto& [route, requests] : unowned.catch_alls) {
      Json row = {{"route", route}, {"requests", requests}};
      const auto lately = unowned.lately.find(route);
      if (lately != unowned.lately.end()) row["since_routes_read"] = lately->second;
      catch_alls.push_back(std::move(row));
    }
    document["unowned"] = {{"nowhere", unowned.nowhere},
                           {"not_told_apart", unowned.not_told_apart},
                           {"catch_alls", std::move(catch_alls)}};
    if (unowned.nowhere_lately) {
      document["unowned"]["nowhere_since_routes_read"] = *unowned.nowhere_lately;
    }
  }
  if (live.attention) {
    Json attention = Json::array();
    for (const Attention& each : live.attention()) {
      attention.push_back({{"about", each.about}, {"message", each.message}});
    }
    document["attention"] = std::move(attention);
  }
  document["rollouts"] = std::move(rollouts);
  return dump(document);
}

std::string change_json(const Change& change, const LiveFacts& live) {
  Json json = {{"module", change.module},
               {"changed", change.entry.has_value()},
               {"before", traffic_object(change.before)},
               {"after", traffic_object(change.after)}};
  if (change.entry) json["entry"] = entry_object(*change.entry);
  if (change.leaves_writes) json["left_behind"] = left_behind(change.module, live);
  return dump(json);
}

std::string log_json(const std::vector<LogEntry>& entries) {
  Json list = Json::array();
  for (const LogEntry& entry : entries) list.push_back(entry_object(entry));
  return dump({{"entries", std::move(list)}});
}

std::string verification_json(const Verification& verification) {
  return dump({{"intact", verification.problems.empty()},
               {"entries", verification.entries},
               {"head", verification.head},
               {"problems", verification.problems},
               {"remarks", verification.remarks}});
}

}  // namespace banyan::strangler
