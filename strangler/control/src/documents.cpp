// SPDX-License-Identifier: Apache-2.0
#include "banyan/control/admin_api.hpp"
#include "json_text.hpp"

namespace banyan::strangler {
namespace {

using Json = nlohmann::ordered_json;

Json traffic_object(const Traffic& traffic) {
  return {{"stage", to_string(traffic.stage)},
          {"reads", to_string(traffic.reads)},
          {"writes", to_string(traffic.writes)}};
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
  if (!entry.evidence.empty()) json["evidence"] = entry.evidence;
  if (entry.note != 0) json["stage_hash"] = entry.stage_hash;
  json["previous_hash"] = entry.previous_hash;
  json["hash"] = entry.hash;
  return json;
}

}  // namespace

std::string status_json(const Switchboard::Overview& overview, const LiveFacts& live) {
  Json rollouts = Json::array();
  for (const Switchboard::Position& position : overview.positions) {
    Json json = {{"module", position.rollout.module}};
    json.update(traffic_object(position.rollout.traffic));
    json["reads_hundredths"] = position.rollout.traffic.reads.hundredths();
    json["data"] = to_string(position.topology.data);
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
      catch_alls.push_back({{"route", route}, {"requests", requests}});
    }
    document["unowned"] = {{"nowhere", unowned.nowhere},
                           {"not_told_apart", unowned.not_told_apart},
                           {"catch_alls", std::move(catch_alls)}};
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

std::string change_json(const Change& change) {
  Json json = {{"module", change.module},
               {"changed", change.entry.has_value()},
               {"before", traffic_object(change.before)},
               {"after", traffic_object(change.after)}};
  if (change.entry) json["entry"] = entry_object(*change.entry);
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
