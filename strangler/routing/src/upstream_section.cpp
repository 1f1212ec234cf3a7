// SPDX-License-Identifier: Apache-2.0
#include "upstream_section.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "addresses.hpp"
#include "banyan/kernel/in_quotes.hpp"
#include "banyan/stages/suggestion.hpp"
#include "tls_section.hpp"

namespace banyan::strangler {
namespace {

void read_host(Section& section, std::string& host) {
  const auto given = section.text("host");
  if (!given) return;
  host = given->text;
  const bool good = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:[]").contains(c);
  });
  if (good) return;
  section.problem(given->location, "host is \"" + host +
                                       "\", expected a name, with a port where it is not the usual "
                                       "one, such as \"shop.internal\" or \"shop.internal:8080\"");
}

bool is_path(std::string_view text) {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
}

bool is_field(std::string_view name, std::string_view value) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  const bool named = !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.contains(c);
  });
  return named && std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; });
}

void read_headers(Section& section, HealthCheck& check) {
  const toml::table* const table = section.table("headers");
  if (table == nullptr) return;
  for (const auto& [key, node] : *table) {
    const auto* const value = node.as_string();
    if (value != nullptr && is_field(key.str(), value->get())) {
      check.headers.emplace_back(key.str(), value->get());
      continue;
    }
    section.problem(location_of(node),
                    "headers: \"" + std::string(key.str()) +
                        "\" is no header field that can be sent, expected a name and a text of "
                        "one line, such as { Authorization = \"Basic …\" }");
  }
}

/// "204" or "200-299".
std::optional<std::pair<unsigned, unsigned>> statuses(std::string_view text) {
  const auto number = [](std::string_view digits) -> std::optional<unsigned> {
    if (digits.size() != 3) return std::nullopt;
    unsigned value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value < 200 || value > 599) return std::nullopt;
    return value;
  };
  const std::size_t dash = text.find('-');
  const auto from = number(text.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : number(text.substr(dash + 1));
  if (!from || !to || *from > *to) return std::nullopt;
  return std::pair(*from, *to);
}

void read_expected(Section& section, HealthCheck& check) {
  constexpr std::string_view kExample = R"(["200-399"] or [200, 401])";
  const toml::array* const entries = section.list("expect");
  if (entries == nullptr) return;
  check.expect.clear();
  for (const toml::node& each : *entries) {
    std::string written;
    if (const auto* const number = each.as_integer()) written = std::to_string(number->get());
    if (const auto* const text = each.as_string()) written = text->get();
    if (const auto range = statuses(written)) {
      check.expect.push_back(*range);
      continue;
    }
    section.problem(location_of(each),
                    "an entry of expect is " +
                        (written.empty() ? kind_of(each) : in_quotes(written)) +
                        ", expected a status from 200 to 599 or a range of them, such as " +
                        std::string(kExample));
  }
}

std::optional<BreakerPlan> read_breaker(Section& upstream, const std::string& name) {
  const toml::table* const table = upstream.table("breaker");
  if (table == nullptr) return std::nullopt;
  Section section =
      upstream.part(*table, "[upstreams." + name + ".breaker]", "[upstreams.NAME.breaker]");
  BreakerPlan plan;
  section.number("min_requests", plan.min_requests);
  section.share("failures", plan.failures);
  if (plan.failures == Percent::none()) {
    section.problem(section.location("failures"),
                    "failures is 0%, with which the breaker would never close; to have none, "
                    "leave it out");
  }
  section.duration("window", plan.window);
  section.duration("open_time", plan.open_time);
  section.number("probes", plan.probes);
  section.finish();
  return plan;
}

RetryPlan read_retries(Section& upstream, const std::string& name) {
  RetryPlan plan;
  const toml::table* const table = upstream.table("retries");
  if (table == nullptr) return plan;
  Section section =
      upstream.part(*table, "[upstreams." + name + ".retries]", "[upstreams.NAME.retries]");
  section.share("share", plan.share);
  section.number("per_second", plan.per_second);
  section.finish();
  return plan;
}

std::optional<HealthCheck> read_health(Section& upstream, const std::string& name) {
  const toml::table* table = upstream.table("health");
  if (table == nullptr) return std::nullopt;
  Section section =
      upstream.part(*table, "[upstreams." + name + ".health]", "[upstreams.NAME.health]");
  HealthCheck check;
  if (const auto path = section.text("path")) {
    check.path = path->text;
    if (!is_path(check.path)) {
      section.problem(path->location, "path is \"" + check.path +
                                          "\", expected what is asked for with GET, such as "
                                          "\"/health/ready\"");
    }
  }
  read_host(section, check.host);
  read_headers(section, check);
  read_expected(section, check);
  section.duration("every", check.every);
  section.duration("timeout", check.timeout);
  section.number("healthy_after", check.healthy_after);
  section.number("unhealthy_after", check.unhealthy_after);
  section.finish();
  return check;
}

UpstreamGroup read_upstream(Section& section, const std::string& name) {
  UpstreamGroup group;
  group.name = name;
  check_name(section, name, "an upstream");
  if (!section.has("instances")) section.lacks("instances");
  group.instances = read_instances(section);
  section.duration("connect_time", group.connect_time);
  section.duration("answer_time", group.answer_time);
  section.duration("stall_time", group.stall_time);
  section.duration("stream_time", group.stream_time);
  section.size("max_answer_head", group.max_answer_head);
  section.number("max_answer_fields", group.max_answer_fields);
  read_host(section, group.host);
  section.number("connections", group.connections);
  group.least_loaded = section.choice("balance") == "least_loaded";
  section.number("max_requests", group.max_requests);
  group.health = read_health(section, name);
  group.breaker = read_breaker(section, name);
  group.retries = read_retries(section, name);
  if (const auto* const tls = section.table("tls")) {
    group.tls = read_upstream_tls(
        section.part(*tls, "[upstreams." + name + ".tls]", "[upstreams.NAME.tls]"));
  }
  section.finish();
  return group;
}

}  // namespace

void read_upstreams(const toml::table* table, Configuration& configuration,
                    FileProblems& problems) {
  if (table == nullptr) return;
  for (const auto& [name, entry] : tables_below(*table, "upstreams", problems)) {
    Section section(*entry, "[upstreams." + name + ']', keys_of("[upstreams.NAME]"),
                    location_of(*entry), problems);
    configuration.upstreams.push_back(read_upstream(section, name));
  }
  std::ranges::sort(configuration.upstreams, {}, &UpstreamGroup::name);
}

}  // namespace banyan::strangler
