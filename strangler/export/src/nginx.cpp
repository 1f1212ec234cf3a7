// SPDX-License-Identifier: Apache-2.0
// A chain of maps, each a variable that the next one looks at: spelling, way, key, side, upstream.
#include <algorithm>

#include "buckets.hpp"
#include "comments.hpp"
#include "differences.hpp"
#include "nginx_clients.hpp"
#include "nginx_maps.hpp"
#include "nginx_server.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kHttpPart = "banyan.conf";
/// For names of rollouts as long as they may be.
constexpr const char* kHashSizes =
    "  map_hash_bucket_size 256;\n  variables_hash_bucket_size 256;\n"
    "  variables_hash_max_size 2048;\n";

class NginxWriter {
 public:
  explicit NginxWriter(const TableToExport& table)
      : table_(table), configuration_(table.configuration), ways_(ways_of(table)) {}

  ExportedTable write() && {
    differences_ = differences_of_the_hash(table_, ways_, "nginx's split_clients (MurmurHash2)");
    // One after the other, and not as the operands of a sum, which are made in any order: what
    // differs is told in the order of the file, whichever compiler this was built with.
    std::string tables = upstreams();
    tables += route();
    tables += key();
    tables += side();
    tables += nginx_clients(table_, ways_, differences_);
    tables += targets();
    const std::string served = nginx_server(configuration_, rewrites_, differences_);
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
    if (nginx_trusts_anybody(configuration_)) {
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

  const TableToExport& table_;
  const Configuration& configuration_;
  Ways ways_;
  std::vector<std::string> differences_;
  bool rewrites_ = false;
};

}  // namespace

ExportedTable export_for_nginx(const TableToExport& table) { return NginxWriter(table).write(); }

}  // namespace banyan::strangler
