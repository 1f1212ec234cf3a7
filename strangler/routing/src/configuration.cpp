// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/configuration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <utility>

#include "addresses.hpp"
#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/http/message.hpp"
#include "banyan/routing/toml_section.hpp"
#include "banyan/stages/suggestion.hpp"
#include "banyan/stages/traffic.hpp"
#include "compare_section.hpp"
#include "plan_section.hpp"
#include "route_section.hpp"
#include "shadow_section.hpp"
#include "testers_section.hpp"
#include "tls_section.hpp"
#include "upstream_section.hpp"

namespace banyan::strangler {
namespace {

/// A field's name, or the beginning of names: "X-Tenant", "X-Auth-*".
bool is_field_pattern(std::string_view text) {
  if (text.ends_with('*')) text.remove_suffix(1);
  return http::is_token(text) && !text.contains('*');
}

/// What the proxy says of each client itself: whose word about it is taken, trusted_peers says.
bool is_always_ours(std::string_view field) {
  std::string name(field);
  std::ranges::replace(name, '_', '-');
  return std::ranges::any_of(
      std::to_array<std::string_view>(
          {"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP"}),
      [&](std::string_view ours) { return http::equals_ignoring_case(name, ours); });
}

/// Tables of TOML are sorted, and comments are no part of them.
std::string canonical(const toml::node& node) {
  std::ostringstream text;
  text << toml::json_formatter{node};
  return std::move(text).str();
}

class Reader {
 public:
  Reader(const toml::table& root, const std::string& file) : problems_(file), root_(root) {}

  std::expected<Configuration, std::vector<FileProblem>> read() && {
    check_sections();
    read_proxy();
    read_limits();
    read_access_log();
    read_tracing();
    read_upstreams(section("upstreams"), configuration_, problems_);
    read_rollouts();
    read_routes(routes(), configuration_, problems_);
    if (!problems_.empty()) return std::unexpected(std::move(problems_).take());
    keep_canonical_parts();
    return std::move(configuration_);
  }

 private:
  // Sections are looked at by name below; here is only what they must be.
  void check_sections() {
    for (const auto& [key, node] : root_) {
      const std::string name(key.str());
      if (std::ranges::find(known_sections_, name) == known_sections_.end()) {
        problems_.add(location_of(key.source()),
                      "unknown section \"" + name + "\"." + suggestion(name, known_sections_));
      } else if (name == "routes" && !node.is_array()) {
        problems_.add(location_of(node),
                      "routes is " + kind_of(node) +
                          ", expected [[routes]] with two brackets, once for each "
                          "route");
      } else if (name != "routes" && !node.is_table()) {
        problems_.add(location_of(node),
                      name + " is " + kind_of(node) + ", expected a section [" + name + ']');
      }
    }
  }

  void keep_canonical_parts() {
    for (const auto& [name, what] :
         {std::pair{"upstreams", "upstream "}, std::pair{"rollouts", "rollout "}}) {
      const toml::table* const table = section(name);
      if (table == nullptr) continue;
      for (const auto& [key, node] : *table) {
        configuration_.canonical_parts[what + std::string(key.str())] = canonical(node);
      }
    }
    const toml::table* const proxy = section("proxy");
    if (const toml::node* const sticky = proxy != nullptr ? proxy->get("sticky") : nullptr) {
      configuration_.canonical_parts["sticky"] = canonical(*sticky);
    }
  }

  const toml::table* section(std::string_view name) const {
    const toml::node* node = root_.get(name);
    return node == nullptr ? nullptr : node->as_table();
  }

  const toml::array* routes() const {
    const toml::node* node = root_.get("routes");
    return node == nullptr ? nullptr : node->as_array();
  }

  void read_proxy() {
    const toml::table* table = section("proxy");
    if (table == nullptr) {
      if (!root_.contains("proxy")) {
        problems_.add({1, 1},
                      "there is no section [proxy]; it says where to listen: [proxy] with "
                      "listen = [\"127.0.0.1:8080\"]");
      }
      return;
    }
    Section proxy(*table, "[proxy]", keys_of("[proxy]"), location_of(*table), problems_);
    if (!proxy.has("listen") && !proxy.has("tls")) proxy.lacks("listen");
    configuration_.listen = read_listen(proxy);
    const auto all = read_tls_listeners(proxy);
    configuration_.operators = read_operators(proxy, all);
    if (const auto file = proxy.text("operators_token_file")) {
      configuration_.operators_token_file = file->text;
    }
    proxy.flag("half_close", configuration_.half_close);
    const auto store = proxy.text("control_store");
    configuration_.control_store = store ? store->text : "control.db";
    if (const auto units = proxy.texts("sticky")) {
      for (const PlacedText& each : *units) read_stickiness_key(each);
    }
    if (configuration_.stickiness_keys.empty()) configuration_.stickiness_keys.push_back({});
    read_clients_words(proxy);
    proxy.flag("ignore_case", configuration_.ignore_case);
    proxy.flag("ignore_last_slash", configuration_.ignore_last_slash);
    proxy.finish();
  }

  void read_stickiness_key(const PlacedText& said) {
    auto& keys = configuration_.stickiness_keys;
    const auto key = StickinessKey::parse(said.text);
    if (!key) {
      problems_.add(said.location,
                    '"' + said.text +
                        "\" in sticky is nothing to go by, expected \"cookie:NAME\", "
                        "\"header:NAME\", \"visit\" or \"address\"");
    } else if (key->source == StickinessKey::Source::Visit && !visit_cookie(keys).empty()) {
      problems_.add(said.location, '"' + said.text +
                                       "\" in sticky is a second cookie of the proxy's own; a "
                                       "visit has one");
    } else {
      keys.push_back(*key);
    }
  }

  /// Who may say what of a client.
  void read_clients_words(Section& proxy) {
    if (const auto peers = proxy.texts("trusted_peers")) {
      for (const PlacedText& each : *peers) {
        configuration_.trusted_peers.push_back(each.text);
        if (const auto parsed = TrustedPeers::parse({each.text}); !parsed) {
          problems_.add(each.location, "in trusted_peers " + parsed.error());
        }
      }
    }
    for (const auto& [key, fields] : {std::pair{"drop_fields", &configuration_.drop_fields},
                                      std::pair{"pass_fields", &configuration_.pass_fields}}) {
      const auto names = proxy.texts(key);
      if (!names) continue;
      for (const PlacedText& each : *names) {
        fields->push_back(each.text);
        if (!is_field_pattern(each.text)) {
          problems_.add(each.location, '"' + each.text + "\" in " + key +
                                           " is no name of a field; expected one such as "
                                           "\"X-Tenant\", or the beginning of names, \"X-Auth-*\"");
        } else if (fields == &configuration_.pass_fields && is_always_ours(each.text)) {
          problems_.add(each.location,
                        '"' + each.text +
                            "\" in pass_fields is always the proxy's own to say; name "
                            "those whose word is taken in trusted_peers");
        }
      }
    }
  }

  /// All that is listened on, with and without TLS.
  std::vector<ListenPoint> read_tls_listeners(Section& proxy) {
    std::vector<ListenPoint> all = configuration_.listen;
    for (const toml::table* each : proxy.list_of_tables("tls")) {
      Section section = proxy.part(*each, "[[proxy.tls]]", "[[proxy.tls]]");
      if (!section.has("listen")) section.lacks("listen");
      TlsListeners listeners{read_listen(section, all), read_listener_tls(section)};
      section.finish();
      all.insert(all.end(), listeners.listen.begin(), listeners.listen.end());
      configuration_.tls.push_back(std::move(listeners));
    }
    return all;
  }

  void read_limits() {
    const toml::table* table = section("limits");
    if (table == nullptr) return;
    Section section(*table, "[limits]", keys_of("[limits]"), location_of(*table), problems_);
    Limits& limits = configuration_.limits;
    std::uint64_t header_bytes = limits.header_bytes;
    section.number("connections", limits.connections);
    section.size("header_bytes", header_bytes);
    section.number("header_fields", limits.header_fields);
    section.number("connections_per_client", limits.connections_per_client);
    std::uint64_t target_bytes = limits.target_bytes;
    section.size("target_bytes", target_bytes);
    section.size("body_bytes", limits.body_bytes);
    section.duration("header_time", limits.header_time);
    section.duration("body_time", limits.body_time);
    section.size("body_rate", limits.body_rate);
    section.duration("body_grace", limits.body_grace);
    section.number("uploads_per_client", limits.uploads_per_client);
    section.duration("idle_time", limits.idle_time);
    section.duration("write_time", limits.write_time);
    section.duration("tunnel_time", limits.tunnel_time);
    section.duration("pinned_tunnel_time", limits.pinned_tunnel_time);
    section.duration("total_time", limits.total_time);
    section.duration("drain_time", limits.drain_time);
    section.duration("drain_spread", limits.drain_spread);
    limits.target_bytes = static_cast<std::uint32_t>(target_bytes);
    if (limits.target_bytes >= header_bytes) {
      section.problem(
          section.location(section.has("target_bytes") ? "target_bytes" : "header_bytes"),
          "target_bytes is " + std::to_string(limits.target_bytes) +
              ", and must be less than header_bytes, " + std::to_string(header_bytes) +
              ", for the target is a part of the header");
    }
    if (limits.drain_spread > limits.drain_time) {
      section.problem(section.location(section.has("drain_spread") ? "drain_spread" : "drain_time"),
                      "drain_spread is a part of drain_time and cannot be longer");
    }
    limits.header_bytes = static_cast<std::uint32_t>(header_bytes);
    section.finish();
  }

  void read_tracing() {
    const toml::table* table = section("tracing");
    if (table == nullptr) return;
    Section section(*table, "[tracing]", keys_of("[tracing]"), location_of(*table), problems_);
    TracingPlan& plan = configuration_.tracing;
    if (const auto collector = section.text("collector")) {
      plan.collector = collector->text;
      if (!plan.collector.starts_with("http://")) {
        section.problem(collector->location,
                        "collector is \"" + collector->text +
                            "\", expected the address of one that takes OTLP over "
                            "HTTP, such as \"http://127.0.0.1:4318\"");
      }
    }
    section.share("share", plan.share);
    section.duration("slow", plan.slow);
    section.finish();
  }

  void read_access_log() {
    const toml::table* table = section("access_log");
    if (table == nullptr) return;
    Section section(*table, "[access_log]", keys_of("[access_log]"), location_of(*table),
                    problems_);
    AccessLogPlan plan;
    if (const auto file = section.required_text("file")) plan.file = file->text;
    plan.json = section.choice("format") != "combined";
    section.share("share", plan.share);
    if (plan.share == Percent::none()) {
      section.problem(section.location("share"),
                      "share is 0%; to have no access log, leave the section out");
    }
    section.finish();
    configuration_.access_log = std::move(plan);
  }

  void read_rollouts() {
    const toml::table* table = section("rollouts");
    if (table == nullptr) return;
    for (const auto& [name, entry] : tables_below(*table, "rollouts", problems_)) {
      Section section(*entry, "[rollouts." + name + ']', keys_of("[rollouts.NAME]"),
                      location_of(*entry), problems_);
      check_name(section, name, "a rollout");
      RolloutPlan plan{name, read_steps(section)};
      section.flag("reads_only", plan.reads_only);
      if (const toml::table* const compare = section.table("compare")) {
        read_compare(
            section.part(*compare, "[rollouts." + name + ".compare]", "[rollouts.NAME.compare]"),
            plan);
      }
      if (const toml::table* const shadow = section.table("shadow")) {
        plan.shadow = read_shadow(
            section.part(*shadow, "[rollouts." + name + ".shadow]", "[rollouts.NAME.shadow]"),
            name);
      }
      if (const toml::table* const fallback = section.table("fallback")) {
        plan.fallback = read_fallback(section.part(*fallback, "[rollouts." + name + ".fallback]",
                                                   "[rollouts.NAME.fallback]"));
      }
      if (const toml::table* const testers = section.table("testers")) {
        plan.testers = read_testers(
            section.part(*testers, "[rollouts." + name + ".testers]", "[rollouts.NAME.testers]"),
            configuration_.rollouts);
      }
      if (const toml::table* const by_itself = section.table("plan")) {
        read_plan(section.part(*by_itself, "[rollouts." + name + ".plan]", "[rollouts.NAME.plan]"),
                  plan);
      }
      configuration_.rollouts.push_back(std::move(plan));
      section.finish();
    }
    std::ranges::sort(configuration_.rollouts, {}, &RolloutPlan::name);
  }

  std::vector<Percent> read_steps(Section& section) {
    const auto texts = section.texts("steps");
    if (!texts) return usual_steps();
    std::vector<Percent> steps;
    bool refused = false;
    for (const PlacedText& each : *texts) {
      const auto percent = Percent::parse(each.text);
      const std::size_t read_before = steps.size();
      if (!percent) {
        problems_.add(each.location, percent.error().message);
      } else if (!steps.empty() && *percent <= steps.back()) {
        problems_.add(each.location, "steps must grow, and " + each.text + " comes after " +
                                         to_string(steps.back()));
      } else if (*percent == Percent::none()) {
        problems_.add(each.location, "steps begin above 0%, which is where every rollout begins");
      } else {
        steps.push_back(*percent);
      }
      refused = refused || steps.size() == read_before;
    }
    if (!refused && (steps.empty() || steps.back() != Percent::all())) {
      problems_.add(section.location("steps"), "the last of the steps must be 100%");
    }
    return steps;
  }

  FileProblems problems_;
  const toml::table& root_;
  const std::vector<std::string> known_sections_{"proxy",     "limits",   "access_log", "tracing",
                                                 "upstreams", "rollouts", "routes"};
  Configuration configuration_;
};

}  // namespace

std::string to_string(const FileProblem& problem) {
  std::string text = problem.file + ':';
  if (problem.location.line > 0) {
    text +=
        std::to_string(problem.location.line) + ':' + std::to_string(problem.location.column) + ':';
  }
  return text + ' ' + problem.message;
}

std::string to_string(const std::vector<FileProblem>& problems) {
  std::string text;
  for (const FileProblem& problem : problems) text += to_string(problem) + '\n';
  return text;
}

const UpstreamGroup* Configuration::upstream(std::string_view name) const {
  const auto found = std::ranges::find(upstreams, name, &UpstreamGroup::name);
  return found == upstreams.end() ? nullptr : &*found;
}

const RolloutPlan* Configuration::rollout(std::string_view name) const {
  const auto found = std::ranges::find(rollouts, name, &RolloutPlan::name);
  return found == rollouts.end() ? nullptr : &*found;
}

std::vector<std::string> Configuration::rollout_names() const {
  std::vector<std::string> names;
  names.reserve(rollouts.size());
  for (const RolloutPlan& each : rollouts) names.push_back(each.name);
  return names;
}

std::expected<Configuration, std::vector<FileProblem>> parse_configuration(
    std::string_view text, const std::string& file) {
  const auto root = parse_toml(text, file);
  if (!root) return std::unexpected(root.error());
  return Reader(*root, file).read();
}

std::expected<Configuration, std::vector<FileProblem>> read_configuration(const std::string& file) {
  const auto text = read_toml_text(file, "banyan.toml");
  if (!text) return std::unexpected(text.error());
  return parse_configuration(*text, file);
}

}  // namespace banyan::strangler
