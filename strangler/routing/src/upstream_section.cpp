// SPDX-License-Identifier: Apache-2.0
#include "upstream_section.hpp"

#include <algorithm>
#include <utility>

#include "addresses.hpp"
#include "stages/suggestion.hpp"
#include "tls_section.hpp"

namespace banyan::strangler {
namespace {

constexpr std::uint32_t kMostRequests = 1'000'000;
constexpr std::uint32_t kMostProbes = 100;

void read_balance(Section& section, bool& least_loaded) {
  const auto balance = section.text("balance");
  if (!balance) return;
  least_loaded = balance->text == "least_loaded";
  if (least_loaded || balance->text == "round_robin") return;
  section.problem(balance->place,
                  "balance is \"" + balance->text +
                      "\", expected \"round_robin\" (each instance in turn) or \"least_loaded\" "
                      "(the one with the fewest requests under way)." +
                      suggestion(balance->text, {"round_robin", "least_loaded"}));
}

void read_host(Section& section, std::string& host) {
  const auto given = section.text("host");
  if (!given) return;
  host = given->text;
  const bool good = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:[]").contains(c);
  });
  if (good) return;
  section.problem(given->place, "host is \"" + host +
                                    "\", expected a name, with a port where it is not the usual "
                                    "one, such as \"shop.internal\" or \"shop.internal:8080\"");
}

bool is_path(std::string_view text) {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

std::optional<HealthCheck> read_health(Section& upstream, const std::string& name) {
  const toml::table* table =
      upstream.table("health", R"({ path = "/health/ready", every = "5s" })");
  if (table == nullptr) return std::nullopt;
  Section section = upstream.part(*table, "[upstreams." + name + ".health]");
  HealthCheck check;
  if (const auto path = section.text("path")) {
    check.path = path->text;
    if (!is_path(check.path)) {
      section.problem(path->place, "path is \"" + check.path +
                                       "\", expected what is asked for with GET, such as "
                                       "\"/health/ready\"");
    }
  }
  section.duration("every", check.every, kLongest);
  section.duration("timeout", check.timeout, kLongest);
  section.number("healthy_after", check.healthy_after, 1, kMostProbes);
  section.number("unhealthy_after", check.unhealthy_after, 1, kMostProbes);
  section.finish();
  return check;
}

UpstreamGroup read_upstream(Section& section, const std::string& name) {
  UpstreamGroup group;
  group.name = name;
  check_name(section, name, "an upstream");
  if (!section.has("instances")) {
    section.problem(section.place(), "[upstreams." + name +
                                         "] lacks instances, such as instances = "
                                         "[\"127.0.0.1:9000\"]");
  }
  group.instances = read_instances(section);
  section.duration("connect_time", group.connect_time, kLongest);
  section.duration("answer_time", group.answer_time, kLongest);
  section.duration("stall_time", group.stall_time, kLongest);
  read_host(section, group.host);
  section.number("connections", group.connections, 1, 65'535);
  read_balance(section, group.least_loaded);
  section.number("max_requests", group.max_requests, 1, kMostRequests);
  group.health = read_health(section, name);
  if (const auto* const tls = section.table("tls", R"({ ca = "authorities.pem" })")) {
    group.tls = read_upstream_tls(section.part(*tls, "[upstreams." + name + ".tls]"));
  }
  section.finish();
  return group;
}

}  // namespace

void read_upstreams(const toml::table* table, Configuration& configuration,
                    FileProblems& problems) {
  if (table == nullptr) return;
  const Section all(*table, "[upstreams]", place_of(*table), problems);
  for (const auto& [name, entry] : all.tables()) {
    Section section(*entry, "[upstreams." + name + ']', place_of(*entry), problems);
    configuration.upstreams.push_back(read_upstream(section, name));
  }
  std::ranges::sort(configuration.upstreams, {}, &UpstreamGroup::name);
}

}  // namespace banyan::strangler
