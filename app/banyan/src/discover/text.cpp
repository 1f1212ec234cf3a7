// SPDX-License-Identifier: Apache-2.0
#include "discover/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "init/toml_text.hpp"

namespace banyan::cli::discover {
namespace {

using discovery::Evidence;
using discovery::Group;
using discovery::LeftOut;
using discovery::Proposal;
using discovery::Route;
using Json = nlohmann::ordered_json;

/// In front of each line of what is left out, as in the files of `banyan init`.
constexpr std::string_view kOut = "#: ";

/// "12 345".
std::string number_text(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ' ');
  return text;
}

std::string counted(std::uint64_t number, const std::string& one, const std::string& many) {
  return number_text(number) + ' ' + (number == 1 ? one : many);
}

/// "0.4 %".
std::string share(std::uint64_t part, std::uint64_t of) {
  std::array<char, 32> text{};
  const double percent = of == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(of);
  std::snprintf(text.data(), text.size(), percent < 10 ? "%.1f %%" : "%.0f %%", percent);
  return text.data();
}

/// "2026-11-22 08:30".
std::string minute_of(Timestamp time) {
  std::string text = to_string(time).substr(0, 16);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::uint64_t errors_of(const Evidence& evidence) { return evidence.answered(500, 599); }

/// "12 345 requests of about 310 clients, 2026-11-01 08:00 to 2026-11-22 08:30; 200: 12 000, …".
std::string evidence_text(const Evidence& evidence) {
  std::string text = counted(evidence.requests, "request", "requests");
  if (evidence.requests == 0) return text;
  text += " of about " + counted(evidence.clients.about(), "client", "clients");
  if (evidence.first) {
    text += ", " + minute_of(*evidence.first) + " to " + minute_of(*evidence.last) + " UTC";
  }
  return text;
}

std::string statuses_text(const Evidence& evidence) {
  constexpr std::size_t kMost = 8;
  std::vector<std::pair<std::uint64_t, unsigned>> by_count;
  for (const auto& [status, count] : evidence.statuses) by_count.emplace_back(count, status);
  std::ranges::sort(by_count, [](const auto& left, const auto& right) {
    return left.first != right.first ? left.first > right.first : left.second < right.second;
  });
  std::string text;
  for (std::size_t i = 0; i < by_count.size() && i < kMost; ++i) {
    text += (text.empty() ? "" : ", ") + std::to_string(by_count[i].second) + ": " +
            number_text(by_count[i].first);
  }
  if (by_count.size() > kMost) text += ", …";
  return text + "; errors (5xx) " + share(errors_of(evidence), evidence.requests);
}

std::string comment_line(const std::string& text) { return "# " + init::toml_comment(text) + '\n'; }

/// Why the effect is what it is.
std::string effect_text(const Route& route) {
  const std::string effect(to_string(route.effect));
  return effect + ": by the method " + route.method + " alone; nobody has looked at what it does";
}

std::string toml_of_route(const Route& route, const Group& group, const std::string& upstream) {
  const std::string out(route.doubt.empty() ? "" : kOut);
  std::string text = "\n";
  if (!route.comment.empty()) text += comment_line(route.comment);
  text += comment_line(evidence_text(route.evidence));
  if (route.evidence.requests > 0) text += comment_line(statuses_text(route.evidence));
  text += comment_line(effect_text(route));
  for (const std::string& each : route.notes) text += comment_line("Look: " + each);
  if (!route.doubt.empty()) text += comment_line("Left out: " + route.doubt);
  text += out + "[[routes]]\n";
  text += out + (route.prefix ? "prefix = " : "path = ") + init::toml_string(route.path) + '\n';
  text += out + "methods = [" + init::toml_string(route.method) + "]\n";
  text += out + "effect = \"" + std::string(to_string(route.effect)) + "\"\n";
  text += out + "legacy = " + init::toml_string(upstream) + '\n';
  if (!route.doubt.empty()) return text;
  // As good as they are without the "#: ", once the group has its upstream and its rollout.
  text += std::string(kOut) + "successor = " + init::toml_string(group.name) + '\n';
  text += std::string(kOut) + "rollout = " + init::toml_string(group.name) + '\n';
  return text;
}

std::string toml_of_group(const Group& group, const std::string& upstream) {
  std::string text = "\n# ---- " + group.name + ": " +
                     counted(group.routes.size(), "operation", "operations") + ", " +
                     counted(group.requests, "request", "requests") + " ----\n";
  // They stand before the first route: what follows a header belongs to it.
  text += std::string(kOut) + "[upstreams." + group.name + "]\n";
  text += std::string(kOut) + "instances = [\"127.0.0.1:3001\"]\n";
  text += std::string(kOut) + "[rollouts." + group.name + "]\n";
  text += std::string(kOut) + "steps = [\"1%\", \"10%\", \"50%\", \"100%\"]\n";
  for (const Route& route : group.routes) text += toml_of_route(route, group, upstream);
  return text;
}

std::uint64_t requests_in_doubt(const Proposal& proposal) {
  std::uint64_t sum = 0;
  for (const Group& group : proposal.groups) {
    for (const Route& route : group.routes) {
      if (!route.doubt.empty()) sum += route.evidence.requests;
    }
  }
  return sum;
}

std::string left_out_text(const LeftOut& left) {
  return counted(left.requests, "request", "requests") +
         (left.operations == 0 ? std::string()
                               : " of " + counted(left.operations, "operation", "operations")) +
         ": " + left.why;
}

Json evidence_json(const Evidence& evidence) {
  Json statuses = Json::object();
  for (const auto& [status, count] : evidence.statuses) statuses[std::to_string(status)] = count;
  Json json = {{"requests", evidence.requests},
               {"clients", evidence.clients.about()},
               {"errors", errors_of(evidence)},
               {"statuses", std::move(statuses)}};
  if (evidence.first) json["first_seen"] = to_string(*evidence.first);
  if (evidence.last) json["last_seen"] = to_string(*evidence.last);
  return json;
}

Json route_json(const Route& route) {
  Json json = {{"method", route.method},
               {route.prefix ? "prefix" : "path", route.path},
               {"effect", to_string(route.effect)},
               {"evidence", evidence_json(route.evidence)},
               {"notes", route.notes}};
  if (!route.comment.empty()) json["comment"] = route.comment;
  if (!route.doubt.empty()) json["left_out"] = route.doubt;
  return json;
}

}  // namespace

std::uint64_t covered_by(const Proposal& proposal) {
  std::uint64_t sum = 0;
  for (const Group& group : proposal.groups) sum += group.requests;
  return sum - requests_in_doubt(proposal);
}

std::vector<std::string> summary_of(const Proposal& proposal, const Reading& reading) {
  std::vector<std::string> all;
  all.push_back(counted(reading.lines, "line", "lines") + " read: " + evidence_text(proposal.all));
  const std::uint64_t covered = covered_by(proposal);
  all.push_back(counted(covered, "request has", "requests have") + " a proposed route (" +
                share(covered, proposal.all.requests) + "); the catch-all takes the others");
  if (const std::uint64_t doubtful = requests_in_doubt(proposal); doubtful > 0) {
    all.push_back("left out: " + counted(doubtful, "request", "requests") +
                  " of routes that somebody has to decide about (\"Left out\" in the file)");
  }
  for (const LeftOut& each : proposal.left_out) all.push_back("left out: " + left_out_text(each));
  if (reading.copies > 0) {
    all.push_back("passed over: " + counted(reading.copies, "line", "lines") +
                  " of copies, which no client has sent");
  }
  if (reading.untaken > 0) {
    all.push_back("passed over: " + counted(reading.untaken, "line", "lines") +
                  " of what was no request");
  }
  if (reading.bad > 0) {
    all.push_back("could not be read: " + counted(reading.bad, "line", "lines") +
                  "; the first of them, with a for letters and 9 for digits:");
    for (const BadLine& each : reading.first_bad) {
      all.push_back("  " + each.file + ':' + std::to_string(each.number) + ": " + each.why + ": " +
                    each.shape);
    }
  }
  if (!reading.described_by.empty()) {
    all.push_back(reading.described_by + " describes " +
                  counted(reading.described, "operation", "operations") +
                  (reading.not_writable == 0 ? std::string()
                                             : ", " + number_text(reading.not_writable) +
                                                   " of them not as a route can be written"));
  }
  return all;
}

std::string toml_of(const Proposal& proposal, const Reading& reading, const std::string& upstream) {
  std::string text = "\n# ---- Found in the traffic ----\n";
  for (const std::string& each : summary_of(proposal, reading)) text += comment_line(each);
  text +=
      "# They lead where the catch-all leads, too; each by itself has figures of its own, and can "
      "move.\n"
      "# Clients are counted by their addresses, to about 10 %. Of ids, queries and addresses "
      "nothing is kept;\n"
      "# words in paths are: look whether one of them is somebody's name before you pass this "
      "on.\n"
      "# When a group has a successor: take the \"#: \" away in it, and write where that is.\n";
  for (const Group& each : proposal.groups) text += toml_of_group(each, upstream);
  return text;
}

std::string json_of(const Proposal& proposal, const Reading& reading, const std::string& file,
                    const std::string& text) {
  Json bad = Json::array();
  for (const BadLine& each : reading.first_bad) {
    bad.push_back(
        {{"file", each.file}, {"line", each.number}, {"why", each.why}, {"shape", each.shape}});
  }
  Json groups = Json::array();
  for (const Group& group : proposal.groups) {
    Json routes = Json::array();
    for (const Route& route : group.routes) routes.push_back(route_json(route));
    groups.push_back(
        {{"name", group.name}, {"requests", group.requests}, {"routes", std::move(routes)}});
  }
  Json left_out = Json::array();
  for (const LeftOut& each : proposal.left_out) {
    left_out.push_back(
        {{"why", each.why}, {"requests", each.requests}, {"operations", each.operations}});
  }
  Json document = {{"file", file},
                   {"lines",
                    {{"read", reading.lines},
                     {"bad", reading.bad},
                     {"copies", reading.copies},
                     {"untaken", reading.untaken},
                     {"first_bad", std::move(bad)}}},
                   {"openapi", reading.described_by},
                   {"all", evidence_json(proposal.all)},
                   {"covered", covered_by(proposal)},
                   {"groups", std::move(groups)},
                   {"left_out", std::move(left_out)}};
  if (!text.empty()) document["text"] = text;
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace banyan::cli::discover
