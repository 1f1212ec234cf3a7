// SPDX-License-Identifier: Apache-2.0
// A chain of maps, each a variable that the next one looks at: spelling, way, key, side, upstream.
#include <algorithm>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/target_path.hpp"
#include "banyan/kernel/listed.hpp"
#include "buckets.hpp"
#include "clients_words.hpp"
#include "comments.hpp"
#include "differences.hpp"
#include "nginx_maps.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kHttpPart = "banyan.conf";
/// For names of rollouts as long as they may be.
constexpr const char* kHashSizes =
    "  map_hash_bucket_size 256;\n  variables_hash_bucket_size 256;\n"
    "  variables_hash_max_size 2048;\n";

bool trusts_anybody(const Configuration& configuration) {
  return !configuration.trusted_peers.empty();
}

/// "x-real-ip" → "x_real_ip"
std::string header_variable(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

class NginxWriter {
 public:
  explicit NginxWriter(const TableToExport& table)
      : table_(table), configuration_(table.configuration), ways_(ways_of(table)) {}

  ExportedTable write() && {
    differences_ = differences_of_the_hash(table_, ways_, "nginx's split_clients (MurmurHash2)");
    const std::string tables = upstreams() + route() + key() + side() + clients() + targets();
    const std::string served = server();
    std::ranges::move(common_differences(table_, ways_), std::back_inserter(differences_));
    ExportedTable made;
    made.files.push_back({"nginx.conf", main_file()});
    made.files.push_back({kHttpPart, http_head() + tables + served});
    if (has_script()) made.files.push_back({kBucketsJs, buckets_js(table_, ways_)});
    made.differences = std::move(differences_);
    return made;
  }

 private:
  bool has_script() const { return table_.hash == BucketHash::Same && ways_.any_by_bucket(); }

  std::string main_file() const {
    std::string text = file_head("nginx", table_, "#");
    text +=
        "#\n# Check it with `nginx -t -c \"$PWD/nginx.conf\"`. What belongs into an http block is "
        "in "
        "banyan.conf, for\n# an nginx that has other things to do as well: include it there.\n";
    text += differences_text(differences_) + '\n';
    if (has_script()) {
      text +=
          "# njs, a part of nginx (Debian: libnginx-mod-http-js). Where it is loaded already, "
          "leave this out.\nload_module modules/ngx_http_js_module.so;\n\n";
    }
    return text + "worker_processes auto;\npcre_jit on;\n\nevents {\n  worker_connections " +
           std::to_string(configuration_.limits.connections) +
           ";\n}\n\nhttp {\n  access_log off;\n" + std::string(kHashSizes) + "  include " +
           kHttpPart + ";\n}\n";
  }

  std::string http_head() const {
    std::string text = file_head("nginx", table_, "#");
    text +=
        "# What differs from Banyan is at the top of nginx.conf, and the sizes of hashes that it "
        "may "
        "need.\n";
    if (has_script()) {
      text += std::string("# It needs njs, and ") + kBucketsJs +
              " beside the main file of the configuration.\n";
    }
    return text;
  }

  std::string upstreams() {
    return "\n# The upstreams.\n" + nginx_upstreams(configuration_, differences_);
  }

  /// Which way a request takes, and what is refused.
  std::string route() const {
    std::string text = "\n# The path as it came, without its query.\n";
    text += nginx_map("$request_uri", "banyan_path",
                      {{nginx_word("~^(?<banyan_raw_path>[^?]*)"), "$banyan_raw_path"}});
    text += nginx_map("$banyan_path", "banyan_spelling",
                      {{"default", "regular"},
                       {nginx_word('~' + std::string(irregular::kNever)), "never"},
                       {nginx_word('~' + std::string(irregular::kAmbiguous)), "ambiguous"},
                       {nginx_word('~' + std::string(irregular::kAny)), "irregular"}});
    text += "\n# METHOD:PATH and the way that it takes; the first that fits is taken.\n";
    MapEntries entries{{"default", "unknown"}};
    const Route* last = nullptr;
    for (const WayLine& line : ways_.lines) {
      if (line.route != last) entries.emplace_back("#", line_text(line));
      last = line.route;
      entries.emplace_back(nginx_word("~^" + methods_expression(line) + ':' +
                                      path_expression(*line.route, PathParameters::There)),
                           ways_.ways[line.way].id);
    }
    text += nginx_map("\"$request_method:$banyan_path\"", "banyan_way", entries);
    return text + refusal();
  }

  std::string refusal() const {
    MapEntries entries{{"default", "\"\""}, {nginx_word("~^never:"), "spelling"}};
    for (const Way& way : ways_.ways) {
      const IrregularPaths rule = way.route->irregular_paths;
      if (rule == IrregularPaths::Pass) entries.emplace_back("\"ambiguous:" + way.id + '"', "\"\"");
      if (rule == IrregularPaths::Refuse) {
        entries.emplace_back("\"irregular:" + way.id + '"', "spelling");
      }
    }
    entries.emplace_back(nginx_word("~^ambiguous:"), "spelling");
    entries.emplace_back(nginx_word("~:unknown$"), "route");
    return "\n# What is refused: for its spelling (400), or because there is no such route "
           "(404).\n" +
           nginx_map("\"$banyan_spelling:$banyan_way\"", "banyan_refused", entries);
  }

  std::string key() {
    std::string text = "\n# Who asks, for stickiness.\n";
    if (trusts_anybody(configuration_)) {
      for (const std::string& each : configuration_.trusted_peers) {
        text += "set_real_ip_from " + each + ";\n";
      }
      text += "real_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n";
    }
    return text + nginx_key(configuration_, differences_);
  }

  std::string side() const {
    std::string text;
    if (ways_.any_by_bucket()) {
      text += "\n# The side of the user in each rollout that is between 0 % and 100 %.\n";
      if (has_script()) text += std::string("js_import banyan from ") + kBucketsJs + ";\n";
    }
    for (const ExportedRollout& each : ways_.rollouts) {
      if (!is_split(each)) continue;
      const std::string variable = "$banyan_side_of_" + each.word;
      if (table_.hash == BucketHash::Same) {
        text += "js_set " + variable + " banyan." + each.word + ";\n";
      } else {
        const std::uint32_t share = each.traffic.reads.hundredths();
        const std::string rest = std::to_string(share % 100);
        text += "split_clients \"" + each.name + ":$banyan_key\" " + variable + " {\n  " +
                std::to_string(share / 100) + '.' + (rest.size() == 1 ? "0" : "") + rest +
                "%  remote;\n  *  local;\n}\n";
      }
    }
    text +=
        "\n# Which side answers: the old one (local) or the new one (remote). Reads move by "
        "users, writes as\n# a whole.\n";
    MapEntries sides{{"default", "local"}};
    MapEntries upstreams{{"default", "\"\""}};
    MapEntries writes{{"default", "\"\""}};
    for (const Way& way : ways_.ways) {
      if (way.by_bucket()) {
        sides.emplace_back(way.id, "$banyan_side_of_" + ways_.rollouts[way.rollout].word);
      } else if (way.in_rollout()) {
        sides.emplace_back(way.id, way.share == 0 ? "local" : "remote");
      }
      upstreams.emplace_back('"' + way.id + ":local\"", way.route->legacy);
      if (way.in_rollout())
        upstreams.emplace_back('"' + way.id + ":remote\"", way.route->successor);
      if (way.effect == Effect::Write) writes.emplace_back(way.id, "write");
    }
    text += nginx_map("$banyan_way", "banyan_side", sides);
    text += nginx_map("\"$banyan_way:$banyan_side\"", "banyan_upstream", upstreams);
    return text + nginx_map("$banyan_way", "banyan_write", writes);
  }

  static bool is_split(const ExportedRollout& rollout) {
    const std::uint32_t share = rollout.traffic.reads.hundredths();
    return share > 0 && share < 10'000;
  }

  /// What is said to upstreams besides what came.
  std::string clients() {
    std::string text = "\n# What upstreams are told.\n";
    MapEntries hosts{{"default", "$http_host"}};
    for (const UpstreamGroup& each : configuration_.upstreams) {
      if (each.host.empty()) continue;
      // What map takes for a word of its own.
      const bool special = each.name == "default" || each.name == "hostnames" ||
                           each.name == "include" || each.name == "volatile";
      hosts.emplace_back((special ? "\\" : "") + each.name, nginx_word(each.host));
    }
    text += nginx_map("$banyan_upstream", "banyan_host", hosts);
    MapEntries stamps{{"default", "\"\""}};
    for (const Way& way : ways_.ways) {
      if (!way.in_rollout()) continue;
      stamps.emplace_back(
          way.id, nginx_word(ways_.rollouts[way.rollout].name +
                             "=$banyan_side;rev=" + std::to_string(table_.stages.revision)));
    }
    text += nginx_map("$banyan_way", "banyan_routing", stamps);
    text += nginx_map("$http_upgrade", "banyan_upgrade",
                      {{"default", "\"\""}, {nginx_word("~*^websocket$"), "$http_upgrade"}});
    text += nginx_map("$banyan_upgrade", "banyan_connection",
                      {{"\"\"", "\"\""}, {"default", "upgrade"}});
    text += nginx_map("$http_x_request_id", "banyan_request_id",
                      {{"\"\"", "$request_id"}, {"default", "$http_x_request_id"}});
    text += nginx_map("$http_x_correlation_id", "banyan_correlation_id",
                      {{"\"\"", "$banyan_request_id"}, {"default", "$http_x_correlation_id"}});
    if (trusts_anybody(configuration_)) text += trusted_words();
    return text;
  }

  std::string trusted_words() {
    std::string text = "geo $realip_remote_addr $banyan_trusted {\n  default  no;\n";
    for (const std::string& each : configuration_.trusted_peers) {
      if (each == http::kUnixPrefix) {
        differences_.push_back(
            "trusted_peers: what proxies that come by a Unix socket say of clients is left out, "
            "but for X-Forwarded-For, by which stickiness goes.");
        continue;
      }
      text += "  " + each + "  yes;\n";
    }
    text += "}\n";
    for (const std::string& each : literal_words()) {
      const std::string variable = header_variable(each);
      text += nginx_map("$banyan_trusted", "banyan_kept_" + variable,
                        {{"default", "\"\""}, {"yes", "$http_" + variable}});
    }
    for (const auto& [name, own] :
         {std::pair{"for", "$realip_remote_addr"}, std::pair{"proto", "$scheme"},
          std::pair{"host", "$http_host"}}) {
      const std::string header = std::string("$http_x_forwarded_") + name;
      const bool list = std::string_view(name) == "for";
      text +=
          nginx_map("\"$banyan_trusted:" + header + '"', std::string("banyan_forwarded_") + name,
                    {{"default", own},
                     {nginx_word("~^yes:."), list ? nginx_word(header + ", " + own) : header}});
    }
    return text;
  }

  /// The names of clients_words() that are whole, and of the others those that are known.
  std::vector<std::string> literal_words() const {
    constexpr std::string_view kKnown[] = {
        "ssl-client-cert",    "ssl-client-verify",  "ssl-client-s-dn",
        "x-forwarded-by",     "x-forwarded-email",  "x-forwarded-groups",
        "x-forwarded-path",   "x-forwarded-port",   "x-forwarded-prefix",
        "x-forwarded-scheme", "x-forwarded-server", "x-forwarded-ssl",
        "x-forwarded-uri",    "x-forwarded-user",   "x-original-host",
        "x-original-uri",     "x-original-url",     "x-ssl",
        "x-ssl-client-cert"};
    std::vector<std::string> all;
    const auto words = clients_words(configuration_);
    for (const std::string& each : words) {
      if (!each.ends_with('*')) all.push_back(each);
    }
    for (const std::string_view known : kKnown) {
      const bool meant = std::ranges::any_of(words, [&](const std::string& each) {
        return each.ends_with('*') && known.starts_with(each.substr(0, each.size() - 1));
      });
      if (meant && std::ranges::find(all, known) == all.end()) all.emplace_back(known);
    }
    std::erase_if(all, [](const std::string& each) {
      // What is said anew in any case, and names for which there are no variables.
      if (each == "x-forwarded-for" || each == "x-forwarded-proto" || each == "x-forwarded-host") {
        return true;
      }
      return !std::ranges::all_of(each, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
    });
    return all;
  }

  /// What is said to upstreams, as clients could say it besides where "_" is let in.
  std::vector<std::string> with_underscores() const {
    std::vector<std::string> all = literal_words();
    for (const char* own :
         {"banyan-routing", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}) {
      all.emplace_back(own);
    }
    std::erase_if(all, [](const std::string& each) { return !each.contains('-'); });
    for (std::string& each : all) each = header_variable(each);
    // The field that stickiness goes by, if it is one of these, is let in on purpose.
    std::erase_if(all, [&](const std::string& each) { return is_sticky(each); });
    std::ranges::sort(all);
    const auto again = std::ranges::unique(all);
    all.erase(again.begin(), again.end());
    return all;
  }

  bool is_sticky(std::string_view name) const {
    return std::ranges::any_of(configuration_.stickiness_keys, [&](const StickinessKey& each) {
      return each.source == StickinessKey::Source::Header &&
             std::ranges::equal(each.name, name, {}, http::folded);
    });
  }

  /// $banyan_target where a route changes paths on the way.
  std::string targets() {
    MapEntries entries{{"default", "$request_uri"}};
    for (const Way& way : ways_.ways) {
      add_target(way, "local", way.route->legacy_path, entries);
      if (way.in_rollout()) add_target(way, "remote", way.route->successor_path, entries);
    }
    rewrites_ = entries.size() > 1;
    if (!rewrites_) return {};
    std::string text = "\n# legacy_path and successor_path\n";
    if (adds_dollars()) {
      text += "# A \"$\" that is no variable.\ngeo $banyan_dollar {\n  default  \"$\";\n}\n";
    }
    return text + nginx_map("\"$banyan_way:$banyan_side:$request_uri\"", "banyan_target", entries);
  }

  bool adds_dollars() const {
    return std::ranges::any_of(ways_.ways, [](const Way& way) {
      return way.route->legacy_path.add.contains('$') ||
             way.route->successor_path.add.contains('$');
    });
  }

  static std::string with_plain_dollars(const std::string& text) {
    std::string plain;
    for (const char c : text) {
      if (c == '$') {
        plain += "${banyan_dollar}";
      } else {
        plain += c;
      }
    }
    return plain;
  }

  static void add_target(const Way& way, const std::string& side, const PathChange& change,
                         MapEntries& entries) {
    if (change == PathChange{}) return;
    const auto gone = std::ranges::count(change.strip, '/');
    std::string begin = "~^" + way.id + ':' + side + ':';
    if (gone > 0) begin += "(?:/[^/?]*){" + std::to_string(gone) + '}';
    const auto add = [&](const std::string& rest, const std::string& to) {
      const std::string variable = "banyan_rest_" + std::to_string(entries.size());
      entries.emplace_back(nginx_word(begin + "(?<" + variable + '>' + rest + ")$"),
                           nginx_word(to + '$' + variable));
    };
    if (change.add.empty()) add("|[?].*", "/");
    add("/.*|[?].*|", with_plain_dollars(change.add));
  }

  std::string server() {
    const Limits& limits = configuration_.limits;
    std::string text = "\nserver {\n";
    for (const ListenPoint& each : configuration_.listen) {
      text += "  listen " + nginx_address(each.address) + ";\n";
    }
    if (configuration_.listen.empty()) {
      text += "  listen unix:banyan.sock;\n";
      differences_.insert(differences_.begin(),
                          "It listens at a Unix socket beside the configuration only, for "
                          "banyan.toml has no listener without TLS: name one with --listen, or "
                          "write `listen … ssl` with your certificates.");
    }
    text += "  server_name _;\n";
    if (has_underscores()) text += "  underscores_in_headers on;\n";
    text += "  merge_slashes off;\n  client_header_timeout " + nginx_time(limits.header_time) +
            ";\n  client_body_timeout " + nginx_time(limits.body_time) + ";\n  send_timeout " +
            nginx_time(limits.write_time) + ";\n  keepalive_timeout " +
            nginx_time(limits.idle_time) +
            ";\n  keepalive_requests 1000000;\n"
            "  client_max_body_size " +
            std::to_string(limits.body_bytes) + ";\n  large_client_header_buffers 8 " +
            std::to_string(limits.header_bytes) + ";\n";
    if (limits.body_bytes == 0) {
      differences_.push_back(
          "[limits] body_bytes = 0 is any length to nginx; to Banyan it is none.");
    }
    text += proxy_settings() + locations() + "}\n";
    differences_.push_back(
        "[limits]: header_fields has no counterpart, header_bytes is of one line, and target_bytes "
        "a part of it.");
    differences_.push_back(
        "Paths that nginx itself refuses are refused, whatever irregular_paths says: \"..\" above "
        "the root, bad escapes, %00. So is TRACE, with 405.");
    return text;
  }

  bool has_underscores() const {
    return std::ranges::any_of(configuration_.stickiness_keys, [](const StickinessKey& each) {
      return each.source == StickinessKey::Source::Header && each.name.contains('_');
    });
  }

  std::string proxy_settings() {
    std::chrono::milliseconds connect{0}, read{0}, tunnel = configuration_.limits.tunnel_time;
    bool alike = true;
    const UpstreamGroup* first = nullptr;
    for (const UpstreamGroup& each : configuration_.upstreams) {
      connect = std::max(connect, each.connect_time);
      read = std::max({read, each.answer_time, each.stall_time});
      if (first == nullptr) first = &each;
      alike = alike && each.connect_time == first->connect_time &&
              each.answer_time == first->answer_time && each.stall_time == first->stall_time;
    }
    if (!alike) {
      differences_.push_back(
          "[upstreams.NAME]: connect_time, answer_time and stall_time are those of the most "
          "patient "
          "upstream for all of them.");
    }
    if (tunnel != read) {
      differences_.push_back(
          "[limits] tunnel_time and stream_time: WebSockets and streams of events "
          "are cut after " +
          nginx_time(read) + " of silence, as all answers are (proxy_read_timeout).");
    }
    const bool trusts = trusts_anybody(configuration_);
    std::string text =
        "\n  proxy_http_version 1.1;\n  proxy_buffering off;\n  proxy_request_buffering off;\n"
        "  proxy_max_temp_file_size 0;\n  proxy_redirect off;\n  proxy_buffer_size 64k;\n  "
        "proxy_buffers 8 64k;\n"
        "  proxy_connect_timeout " +
        nginx_time(connect) + ";\n  proxy_read_timeout " + nginx_time(read) + ";\n";
    const auto say = [&](const std::string& name, const std::string& value) {
      text += "  proxy_set_header " + name + ' ' + value + ";\n";
    };
    say("Host", "$banyan_host");
    say("Upgrade", "$banyan_upgrade");
    say("Connection", "$banyan_connection");
    say("X-Request-Id", "$banyan_request_id");
    say("X-Correlation-Id", "$banyan_correlation_id");
    say("Banyan-Routing", "$banyan_routing");
    say("X-Forwarded-For", trusts ? "$banyan_forwarded_for" : "$remote_addr");
    say("X-Forwarded-Proto", trusts ? "$banyan_forwarded_proto" : "$scheme");
    say("X-Forwarded-Host", trusts ? "$banyan_forwarded_host" : "$http_host");
    text += "  # What a proxy says of a client is not for the client to say.\n";
    for (const std::string& each : literal_words()) {
      say(each, trusts ? "$banyan_kept_" + header_variable(each) : "\"\"");
    }
    if (has_underscores()) {
      text +=
          "  # Applications that read \"_\" and \"-\" in names as the same would take these for "
          "those.\n";
      for (const std::string& each : with_underscores()) say(each, "\"\"");
      differences_.push_back(
          "Header fields whose names have \"_\": what only a proxy may say is taken away in both "
          "spellings, all \"-\" and all \"_\", and passes in a mixed one (X-Forwarded_User). Of "
          "trusted peers nginx takes one for the other. See to it where an application does, too.");
    }
    std::vector<std::string> beginnings;
    for (const std::string& each : clients_words(configuration_)) {
      if (each.ends_with('*')) beginnings.push_back(each);
    }
    if (!beginnings.empty()) {
      differences_.push_back(
          "Header fields that only a proxy may say: nginx takes names, not beginnings of names. "
          "Of " +
          listed(beginnings) + ", those pass that banyan.conf does not name.");
    }
    return text;
  }

  std::string locations() const {
    const std::string pass = std::string("proxy_pass http://$banyan_upstream") +
                             (rewrites_ ? "$banyan_target" : "") + ";\n";
    return "\n  error_page 418 = @writes;\n\n  location / {\n"
           "    if ($banyan_refused = spelling) {\n      return 400;\n    }\n"
           "    if ($banyan_refused = route) {\n      return 404;\n    }\n"
           "    if ($banyan_write) {\n      return 418;\n    }\n"
           "    # A read may be sent once more, to another instance.\n"
           "    proxy_next_upstream error timeout non_idempotent;\n"
           "    proxy_next_upstream_tries 2;\n    " +
           pass +
           "  }\n\n  # A write is never sent twice.\n  location @writes {\n"
           "    proxy_next_upstream off;\n    " +
           pass + "  }\n";
  }

  const TableToExport& table_;
  const Configuration& configuration_;
  Ways ways_;
  std::vector<std::string> differences_;
  bool rewrites_ = false;
};

}  // namespace

ExportedTable export_for_nginx(const TableToExport& table) { return NginxWriter(table).write(); }

}  // namespace banyan::strangler
