// SPDX-License-Identifier: Apache-2.0
#include "routing/configuration.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

#include "addresses.hpp"
#include "json/utf8.hpp"
#include "route_section.hpp"
#include "stages/suggestion.hpp"
#include "stages/traffic.hpp"
#include "tls_section.hpp"
#include "toml_section.hpp"
#include "upstream_section.hpp"

namespace banyan::strangler {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

std::optional<StickyUnit> parse_sticky(std::string_view text) {
  if (text == "address") return StickyUnit{};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_token(text.substr(colon + 1))) return std::nullopt;
  const std::string name(text.substr(colon + 1));
  if (text.substr(0, colon) == "cookie") return StickyUnit{StickyUnit::Source::Cookie, name};
  if (text.substr(0, colon) == "header") return StickyUnit{StickyUnit::Source::Header, name};
  return std::nullopt;
}

class Reader {
 public:
  Reader(const toml::table& root, const std::string& file) : problems_(file), root_(root) {}

  std::expected<Configuration, std::vector<FileProblem>> read() && {
    check_sections();
    read_proxy();
    read_limits();
    read_access_log();
    read_upstreams(section("upstreams"), configuration_, problems_);
    read_migrations();
    read_routes(routes(), configuration_, problems_);
    if (!problems_.empty()) return std::unexpected(std::move(problems_).take());
    return std::move(configuration_);
  }

 private:
  // Sections are looked at by name below; here is only what they must be.
  void check_sections() {
    for (const auto& [key, node] : root_) {
      const std::string name(key.str());
      if (std::ranges::find(known_sections_, name) == known_sections_.end()) {
        problems_.add(place_of(key.source()),
                      "unknown section \"" + name + "\"." + suggestion(name, known_sections_));
      } else if (name == "routes" && !node.is_array()) {
        problems_.add(place_of(node), "routes is " + kind_of(node) +
                                          ", expected [[routes]] with two brackets, once for each "
                                          "route");
      } else if (name != "routes" && !node.is_table()) {
        problems_.add(place_of(node),
                      name + " is " + kind_of(node) + ", expected a section [" + name + ']');
      }
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
    Section proxy(*table, "[proxy]", place_of(*table), problems_);
    if (!proxy.has("listen") && !proxy.has("tls")) {
      problems_.add(proxy.place(), "[proxy] lacks listen, such as listen = [\"127.0.0.1:8080\"]");
    }
    configuration_.listen = read_listen(proxy);
    const auto all = read_tls_listeners(proxy);
    configuration_.operators = read_operators(proxy, all);
    proxy.flag("half_close", configuration_.half_close);
    const auto store = proxy.text("control_store");
    configuration_.control_store = store ? store->text : "control.db";
    if (const auto units = proxy.texts("sticky", R"(["cookie:session", "address"])")) {
      for (const PlacedText& each : *units) {
        if (const auto unit = parse_sticky(each.text)) {
          configuration_.sticky_units.push_back(*unit);
        } else {
          problems_.add(each.place,
                        '"' + each.text +
                            "\" in sticky is nothing to go by, expected \"cookie:NAME\", "
                            "\"header:NAME\" or \"address\"");
        }
      }
    }
    if (configuration_.sticky_units.empty()) configuration_.sticky_units.push_back({});
    proxy.finish();
  }

  /// All that is listened on, with and without TLS.
  std::vector<ListenPoint> read_tls_listeners(Section& proxy) {
    std::vector<ListenPoint> all = configuration_.listen;
    const auto tables = proxy.list_of_tables(
        "tls", "[[proxy.tls]] with two brackets, once for each set of certificates");
    for (const toml::table* each : tables) {
      Section section = proxy.part(*each, "[[proxy.tls]]");
      if (!section.has("listen")) {
        problems_.add(section.place(),
                      "[[proxy.tls]] lacks listen, such as listen = [\"0.0.0.0:443\"]");
      }
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
    Section section(*table, "[limits]", place_of(*table), problems_);
    Limits& limits = configuration_.limits;
    std::uint64_t header_bytes = limits.header_bytes;
    section.number("connections", limits.connections, 1, 1'000'000);
    section.size("header_bytes", header_bytes, 1024, 1024 * 1024);
    section.number("header_fields", limits.header_fields, 1, 10'000);
    section.number("connections_per_client", limits.connections_per_client, 1, 1'000'000);
    std::uint64_t target_bytes = limits.target_bytes;
    section.size("target_bytes", target_bytes, 256, 1024 * 1024);
    section.size("body_bytes", limits.body_bytes, 0, 1ULL << 50U);
    section.duration("header_time", limits.header_time, kLongest);
    section.duration("body_time", limits.body_time, kLongest);
    section.duration("idle_time", limits.idle_time, kLongest);
    section.duration("write_time", limits.write_time, kLongest);
    section.duration("tunnel_time", limits.tunnel_time, kLongest);
    section.duration("pinned_tunnel_time", limits.pinned_tunnel_time, kLongest);
    section.duration("total_time", limits.total_time, kLongest);
    section.duration("drain_time", limits.drain_time, kLongest);
    section.duration("drain_spread", limits.drain_spread, kLongest);
    limits.target_bytes = static_cast<std::uint32_t>(target_bytes);
    if (limits.target_bytes >= header_bytes) {
      section.problem(section.place(section.has("target_bytes") ? "target_bytes" : "header_bytes"),
                      "target_bytes is " + std::to_string(limits.target_bytes) +
                          ", and must be less than header_bytes, " + std::to_string(header_bytes) +
                          ", for the target is a part of the header");
    }
    if (limits.drain_spread > limits.drain_time) {
      section.problem(section.place(section.has("drain_spread") ? "drain_spread" : "drain_time"),
                      "drain_spread is a part of drain_time and cannot be longer");
    }
    limits.header_bytes = static_cast<std::uint32_t>(header_bytes);
    section.finish();
  }

  void read_access_log() {
    const toml::table* table = section("access_log");
    if (table == nullptr) return;
    Section section(*table, "[access_log]", place_of(*table), problems_);
    AccessLogPlan plan;
    if (const auto file = section.required_text("file", "\"access.log\"")) plan.file = file->text;
    if (const auto format = section.text("format")) {
      plan.json = format->text == "json";
      if (!plan.json && format->text != "combined") {
        section.problem(format->place, "format is \"" + format->text +
                                           "\", expected \"json\" or \"combined\" (as Apache and "
                                           "nginx write it)." +
                                           suggestion(format->text, {"json", "combined"}));
      }
    }
    if (const auto share = section.text("share")) {
      const auto percent = Percent::parse(share->text);
      if (!percent) {
        section.problem(share->place, percent.error().message);
      } else if (*percent == Percent::none()) {
        section.problem(share->place, "share is 0%; to have no access log, leave the section out");
      } else {
        plan.share = *percent;
      }
    }
    section.finish();
    configuration_.access_log = std::move(plan);
  }

  void read_migrations() {
    const toml::table* table = section("migrations");
    if (table == nullptr) return;
    const Section all(*table, "[migrations]", place_of(*table), problems_);
    for (const auto& [name, entry] : all.tables()) {
      Section section(*entry, "[migrations." + name + ']', place_of(*entry), problems_);
      check_name(section, name, "a migration");
      configuration_.migrations.push_back({name, read_steps(section)});
      section.finish();
    }
    std::ranges::sort(configuration_.migrations, {}, &MigrationPlan::name);
  }

  std::vector<Percent> read_steps(Section& section) {
    const auto texts = section.texts("steps", R"(["1%", "10%", "50%", "100%"])");
    if (!texts) return usual_steps();
    std::vector<Percent> steps;
    bool refused = false;
    for (const PlacedText& each : *texts) {
      const auto percent = Percent::parse(each.text);
      const std::size_t read_before = steps.size();
      if (!percent) {
        problems_.add(each.place, percent.error().message);
      } else if (!steps.empty() && *percent <= steps.back()) {
        problems_.add(each.place, "steps must grow, and " + each.text + " comes after " +
                                      to_string(steps.back()));
      } else if (*percent == Percent::none()) {
        problems_.add(each.place, "steps begin above 0%, which is where every migration begins");
      } else {
        steps.push_back(*percent);
      }
      refused = refused || steps.size() == read_before;
    }
    if (!refused && (steps.empty() || steps.back() != Percent::all())) {
      problems_.add(section.place("steps"), "the last of the steps must be 100%");
    }
    return steps;
  }

  FileProblems problems_;
  const toml::table& root_;
  const std::vector<std::string> known_sections_{"proxy",     "limits",     "access_log",
                                                 "upstreams", "migrations", "routes"};
  Configuration configuration_;
};

/// Where the first byte is that is not UTF-8. The TOML reader takes some at a time, and knows only
/// about where.
std::optional<Place> not_utf8(std::string_view text) {
  Place place{1, 1};
  while (!text.empty()) {
    const std::size_t length = json::utf8_length(text);
    if (length == 0) return place;
    ++place.column;
    if (text.front() == '\n') place = {place.line + 1, 1};
    text.remove_prefix(length);
  }
  return std::nullopt;
}

/// A text that is not closed ends, to the TOML reader, behind the last line feed: of that line
/// an editor knows only what is before it.
Place inside(std::string_view text, Place place) {
  for (std::uint32_t line = 1; line < place.line; ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  const auto size = static_cast<std::uint32_t>(std::min(text.find('\n'), text.size()));
  return {place.line, std::min(place.column, size + 1)};
}

}  // namespace

std::string to_string(const FileProblem& problem) {
  std::string text = problem.file + ':';
  if (problem.place.line > 0) {
    text += std::to_string(problem.place.line) + ':' + std::to_string(problem.place.column) + ':';
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

const MigrationPlan* Configuration::migration(std::string_view name) const {
  const auto found = std::ranges::find(migrations, name, &MigrationPlan::name);
  return found == migrations.end() ? nullptr : &*found;
}

std::vector<std::string> Configuration::migration_names() const {
  std::vector<std::string> names;
  names.reserve(migrations.size());
  for (const MigrationPlan& each : migrations) names.push_back(each.name);
  return names;
}

std::expected<Configuration, std::vector<FileProblem>> parse_configuration(
    std::string_view text, const std::string& file) {
  if (const auto place = not_utf8(text)) {
    return std::unexpected(std::vector<FileProblem>{
        {file, *place, "this is not UTF-8; save the file as UTF-8 with your editor"}});
  }
  try {
    const toml::table root = toml::parse(text, file);
    return Reader(root, file).read();
  } catch (const toml::parse_error& error) {
    FileProblems problems(file);
    problems.add(inside(text, place_of(error.source())),
                 "this is not TOML: " + std::string(error.description()));
    return std::unexpected(std::move(problems).take());
  }
}

std::expected<Configuration, std::vector<FileProblem>> read_configuration(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream && !stream.eof()) {
    return std::unexpected(std::vector<FileProblem>{
        {file, {}, std::string("cannot be read: ") + std::strerror(errno)}});
  }
  return parse_configuration(text, file);
}

}  // namespace banyan::strangler
