// SPDX-License-Identifier: Apache-2.0
// The order of the rules is the order in which Banyan looks: spelling, route, user, side, words of
// the client, path for the upstream.
#include <algorithm>

#include "banyan/http/endpoint.hpp"
#include "buckets.hpp"
#include "clients_words.hpp"
#include "comments.hpp"
#include "differences.hpp"
#include "haproxy_backends.hpp"
#include "path_pattern_text.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kTexts = "banyan_paths.map";
constexpr const char* kPatterns = "banyan_patterns.map";
constexpr const char* kShares = "banyan_shares.map";
constexpr const char* kUpstreams = "banyan_upstreams.map";
constexpr int kHops = 5;

std::string rule(const std::string& text) { return "  http-request " + text + '\n'; }

std::string way_is(const std::vector<std::string>& ids) {
  std::string text = "{ var(txn.banyan_way) -m str";
  for (const std::string& each : ids) text += ' ' + each;
  return text + " }";
}

bool is_for_texts(const WayLine& line) {
  return !line.methods.empty() && is_plain_text(*line.route);
}

class HaproxyWriter {
 public:
  explicit HaproxyWriter(const TableToExport& table)
      : table_(table), configuration_(table.configuration), ways_(ways_of(table)) {}

  ExportedTable write() && {
    ExportedTable made;
    differences_ = differences_of_the_hash(table_, ways_, "HAProxy's xxh32 of rollout and user");
    std::string rules = frontend();
    std::string backends = haproxy_backends(configuration_, differences_);
    std::ranges::move(common_differences(table_, ways_), std::back_inserter(differences_));
    made.files.push_back({"haproxy.cfg", head() + general() + rules + backends});
    const std::string texts = paths_map(true);
    if (has_texts()) made.files.push_back({kTexts, texts});
    made.files.push_back({kPatterns, paths_map(false)});
    made.files.push_back({kShares, shares_map()});
    made.files.push_back({kUpstreams, upstreams_map()});
    if (has_script()) made.files.push_back({kBucketsLua, buckets_lua(table_)});
    made.differences = std::move(differences_);
    return made;
  }

 private:
  bool has_script() const { return table_.hash == BucketHash::Same && ways_.any_by_bucket(); }
  bool has_texts() const { return std::ranges::any_of(ways_.lines, is_for_texts); }

  std::string head() const {
    std::string text = file_head("haproxy", table_, "#");
    text +=
        "#\n# Check it with `haproxy -c -f haproxy.cfg`. It needs HAProxy 2.6 or later, built with "
        "PCRE";
    text += has_script() ? " and Lua,\n# as that of Debian is.\n" : ".\n";
    return text + differences_text(differences_);
  }

  std::string general() const {
    const Limits& limits = configuration_.limits;
    std::string text =
        "\nglobal\n  # The maps and the script are beside this file.\n"
        "  default-path config\n";
    if (has_script()) text += std::string("  lua-load ") + kBucketsLua + '\n';
    text += "  maxconn " + std::to_string(limits.connections) + '\n';
    text +=
        "\ndefaults\n  mode http\n  option redispatch\n  retries 3\n"
        "  retry-on conn-failure\n  timeout http-request " +
        haproxy_time(limits.header_time) + "\n  timeout client " +
        haproxy_time(std::max(limits.body_time, limits.write_time)) +
        "\n  timeout http-keep-alive " + haproxy_time(limits.idle_time) + "\n  timeout tunnel " +
        haproxy_time(limits.tunnel_time) + '\n';
    return text;
  }

  std::string frontend() {
    std::string text = "\nfrontend banyan_clients\n";
    for (const ListenPoint& each : configuration_.listen) {
      text += "  bind " + haproxy_address(each.address) + '\n';
    }
    if (configuration_.listen.empty()) {
      differences_.insert(differences_.begin(),
                          "It listens nowhere yet, for banyan.toml has no listener without TLS: "
                          "name one with --listen, or add a `bind` with your certificates.");
    }
    text += spelling() + route() + user() + side() + clients() + body() + upstream_paths();
    // What use_backend itself looks up is not looked for beside the file (default-path).
    text += "\n  # Which backend that is.\n" +
            rule(std::string("set-var(txn.banyan_upstream) "
                             "var(txn.banyan_way),concat(:,txn.banyan_side),map_str(") +
                 kUpstreams + ')');
    return text + "  use_backend %[var(txn.banyan_upstream)]\n";
  }

  static std::string spelling() {
    std::string text = "\n  # The path as it came.\n";
    text += rule("set-var(txn.banyan_path) path");
    text +=
        "  acl never_passes var(txn.banyan_path) -m reg '" + std::string(irregular::kNever) + "'\n";
    text += "  acl ambiguous var(txn.banyan_path) -m reg '" + std::string(irregular::kAmbiguous) +
            "'\n";
    return text + "  acl irregular var(txn.banyan_path) -m reg '" + std::string(irregular::kAny) +
           "'\n";
  }

  std::string route() const {
    std::string text =
        "\n  # Which way a request takes, by method and path (without path parameters).\n";
    text += rule("set-var(txn.banyan_plain_path) var(txn.banyan_path),regsub('\";[^/]*\"',,g)");
    text += rule("set-var(txn.banyan_request) method,concat(:,txn.banyan_plain_path)");
    if (has_texts()) {
      text += rule(std::string("set-var(txn.banyan_way) var(txn.banyan_request),map_str(") +
                   kTexts + ')');
    }
    text += rule(std::string("set-var(txn.banyan_way) var(txn.banyan_request),map_reg(") +
                 kPatterns + ")" + (has_texts() ? " unless { var(txn.banyan_way) -m found }" : ""));
    const auto with = [&](IrregularPaths rule) {
      return ways_.ids([&](const Way& way) { return way.route->irregular_paths == rule; });
    };
    text += rule("deny deny_status 400 if never_passes");
    const auto passing = with(IrregularPaths::Pass);
    text += rule("deny deny_status 400 if ambiguous" +
                 (passing.empty() ? std::string() : " !" + way_is(passing)));
    if (const auto refusing = with(IrregularPaths::Refuse); !refusing.empty()) {
      text += rule("deny deny_status 400 if irregular " + way_is(refusing));
    }
    return text + rule("deny deny_status 404 unless { var(txn.banyan_way) -m found }");
  }

  /// The address of the client behind those that are trusted.
  std::string peers() {
    std::string text = rule("set-var(txn.banyan_peer) src");
    std::vector<std::string> networks;
    for (const std::string& each : configuration_.trusted_peers) {
      if (each == http::kUnixPrefix) {
        differences_.push_back(
            "trusted_peers: \"unix:\" is nothing to HAProxy. Who comes by a Unix socket is not "
            "believed.");
      } else {
        networks.push_back(each);
      }
    }
    if (networks.empty()) return text;
    std::string condition = "{ src";
    for (const std::string& each : networks) condition += ' ' + haproxy_word(each);
    condition += " }";
    text += "  acl peer_is_trusted var(txn.banyan_peer) -m ip";
    for (const std::string& each : networks) text += ' ' + haproxy_word(each);
    text += "\n  # Over all hops that are trusted, from the last one back.\n";
    for (int hop = 1; hop <= kHops; ++hop) {
      const std::string entry = "hdr_ip(x-forwarded-for,-" + std::to_string(hop) + ')';
      text += rule("set-src " + entry + " if " + condition + " { " + entry + " -m found }");
    }
    differences_.push_back("trusted_peers: X-Forwarded-For is followed over " +
                           std::to_string(kHops) +
                           " hops. An entry that is no address is passed over; to Banyan it is the "
                           "end of the way.");
    return text;
  }

  std::string user() {
    std::string text = "\n  # Who asks, for stickiness.\n" + peers();
    bool first = true;
    for (const StickinessKey& each : configuration_.stickiness_keys) {
      if (each.source == StickinessKey::Source::Address) break;
      const Fetch fetch = fetch_of(each);
      text += rule("set-var(txn.banyan_key) " + fetch.value +
                   (first ? " if { " : " if !{ var(txn.banyan_key) -m found } { ") + fetch.there +
                   " }");
      first = false;
    }
    // Of IPv6 the /64, as household_of() has it.
    return text + rule(std::string("set-var(txn.banyan_key) src,ipmask(32,64)") +
                       (first ? "" : " if !{ var(txn.banyan_key) -m found }"));
  }

  /// A part of a request, and the condition that it has one.
  struct Fetch {
    std::string value;
    std::string there;
  };

  /// Of cookies of one name Banyan takes the first that has a value, and req.cook() the last.
  static Fetch fetch_of(const StickinessKey& key) {
    if (key.source == StickinessKey::Source::Header) {
      const std::string field = in_fetch("req.fhdr(" + key.name + ",1)");
      return {field, field + " -m len ge 1"};
    }
    const std::string value = key.source == StickinessKey::Source::Visit
                                  ? visit_expression()
                                  : "[^;\\n]*[^; \\x09\\r\\n]";
    const std::string up_to_its_end = "(?s)^(?:|.*?\\n)(?i:cookie):(?:|[^\\n]*?;)[ \\x09]*" +
                                      expression_of_name(key.name) + "=(" + value +
                                      ")[ \\x09]*[;\\r]";
    return {"req.hdrs,regsub('\"" + up_to_its_end + ".*$\"','\"\\1\"')",
            "req.hdrs -m reg '" + up_to_its_end + '\''};
  }

  static std::string in_fetch(const std::string& fetch) {
    const bool plain = std::ranges::all_of(fetch, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("-_.(),").contains(c);
    });
    return plain ? fetch : haproxy_word(fetch);
  }

  std::string side() const {
    std::string text =
        "\n  # Which side answers: the new one (remote) where the user's bucket, 0 to 9999, is "
        "below\n  # the share of its way, 0 to 10000.\n";
    text += rule(std::string("set-var(txn.banyan_share) var(txn.banyan_way),map_str_int(") +
                 kShares + ",0)");
    text += rule("set-var(txn.banyan_bucket) int(0)");
    for (std::size_t i = 0; i < ways_.rollouts.size(); ++i) {
      const auto ids = ways_.ids(
          [&](const Way& way) { return way.in_rollout() && way.rollout == i && way.by_bucket(); });
      if (ids.empty()) continue;
      text += rule("set-var(txn.banyan_bucket) var(txn.banyan_key)," +
                   bucket_of(ways_.rollouts[i].name) + " if " + way_is(ids));
    }
    text += rule("set-var(txn.banyan_side) str(local)");
    return text + rule(
                      "set-var(txn.banyan_side) str(remote) if { "
                      "var(txn.banyan_bucket),sub(txn.banyan_share) -m int lt 0 }");
  }

  std::string bucket_of(const std::string& rollout) const {
    if (table_.hash == BucketHash::Same) return "lua.banyan_bucket(" + rollout + ')';
    // A seed of its own for each rollout, so that the same users are not the guinea pigs of all.
    std::uint32_t seed = 2'166'136'261U;
    for (const char c : rollout) seed = (seed ^ static_cast<unsigned char>(c)) * 16'777'619U;
    return "xxh32(" + std::to_string(seed & 0x7FFF'FFFFU) + "),mod(10000)";
  }

  std::string clients() const {
    const bool trusts =
        std::ranges::any_of(configuration_.trusted_peers,
                            [](const std::string& each) { return each != http::kUnixPrefix; });
    const std::string unless = trusts ? " unless peer_is_trusted" : "";
    std::string text =
        "\n  # What a proxy says of a client is not for the client to say; a name means the same\n"
        "  # with \"_\" as with \"-\".\n";
    text += rule("del-header '^(?:" + words_expression() + ")$' -m reg" + unless);
    text += rule("add-header X-Forwarded-For %[var(txn.banyan_peer)]");
    for (const auto& [name, value] : {std::pair{"X-Forwarded-Proto", "http"},
                                      std::pair{"X-Forwarded-Host", "%[req.hdr(host)]"}}) {
      text += rule(std::string("set-header ") + name + ' ' + value + " unless { req.hdr(" + name +
                   ") -m found }");
    }
    text += rule("set-header X-Request-Id %[uuid()] unless { req.hdr(x-request-id) -m found }");
    text += rule(
        "set-header X-Correlation-Id %[req.hdr(x-request-id)] unless { "
        "req.hdr(x-correlation-id) -m found }");
    text += rule("del-header Banyan-Routing");
    for (std::size_t i = 0; i < ways_.rollouts.size(); ++i) {
      const auto ids =
          ways_.ids([&](const Way& way) { return way.in_rollout() && way.rollout == i; });
      text += rule("set-header Banyan-Routing \"" + ways_.rollouts[i].name +
                   "=%[var(txn.banyan_side)];rev=" + std::to_string(table_.stages.revision) +
                   "\" if " + way_is(ids));
    }
    return text;
  }

  std::string words_expression() const {
    std::string text;
    for (const std::string& each : clients_words(configuration_)) {
      if (!text.empty()) text += '|';
      for (const char c : each) {
        if (c == '-') {
          text += "[-_]";
        } else if (c == '*') {
          text += ".*";
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
          text += c;
        } else {
          text += expression_of_byte(c);
        }
      }
    }
    return text;
  }

  std::string body() {
    const std::uint64_t most = configuration_.limits.body_bytes;
    differences_.push_back(
        "[limits]: body_bytes is held against Content-Length only; a body in chunks may be longer. "
        "header_bytes and header_fields are HAProxy's own (tune.bufsize, tune.http.maxhdr), and "
        "target_bytes is a part of them.");
    return "\n  # [limits] body_bytes\n" +
           rule("deny deny_status 413 if { req.hdr_val(content-length) gt " + std::to_string(most) +
                " }");
  }

  std::string upstream_paths() const {
    std::string text;
    for (const Way& way : ways_.ways) {
      text += path_change(way, "local", way.route->legacy_path);
      if (way.in_rollout()) text += path_change(way, "remote", way.route->successor_path);
    }
    return text.empty() ? text : "\n  # legacy_path and successor_path\n" + text;
  }

  static std::string path_change(const Way& way, const std::string& side,
                                 const PathChange& change) {
    if (change == PathChange{}) return {};
    const auto gone = std::ranges::count(change.strip, '/');
    const std::string begin = gone == 0 ? "^" : "^(?:/[^/]*){" + std::to_string(gone) + '}';
    const std::string when =
        " if " + way_is({way.id}) + " { var(txn.banyan_side) -m str " + side + " }";
    const auto replace = [&](const std::string& rest, const std::string& by) {
      return rule("replace-path '" + begin + rest + "$' " + haproxy_word(by) + when);
    };
    if (!change.add.empty()) return replace("(/.*)?", change.add + "\\1");
    return replace("", "/") + replace("(/.*)", "\\1");
  }

  std::string paths_map(bool texts) const {
    std::string text = file_head("haproxy", table_, "#");
    text += texts
                ? "# METHOD:PATH and the way that it takes. Looked at before banyan_patterns.map.\n"
                : "# METHOD:PATH and the way that it takes; the first that fits is taken.\n";
    const Route* last = nullptr;
    for (const WayLine& line : ways_.lines) {
      if (is_for_texts(line) != texts) continue;
      if (line.route != last) text += comment(line_text(line));
      last = line.route;
      const std::string& way = ways_.ways[line.way].id;
      if (texts) {
        for (const std::string& method : line.methods) {
          text += method + ':' + line.route->path + ' ' + way + '\n';
        }
      } else {
        text += '^' + methods_expression(line) + ':' +
                path_expression(*line.route, PathParameters::TakenAway) + ' ' + way + '\n';
      }
    }
    return text;
  }

  std::string shares_map() const {
    std::string text = file_head("haproxy", table_, "#");
    text +=
        "# The share of the users of a way whom the new side answers, in hundredths of a per "
        "cent. Reads\n# move by users, writes as a whole: 0 or 10000, nothing else.\n";
    for (const Way& way : ways_.ways) {
      if (way.in_rollout()) text += way.id + ' ' + std::to_string(way.share) + '\n';
    }
    return text;
  }

  std::string upstreams_map() const {
    std::string text = file_head("haproxy", table_, "#");
    text += "# A way, the side that answers, and the backend.\n";
    for (const Way& way : ways_.ways) {
      text += way.id + ":local " + way.route->legacy + '\n';
      if (way.in_rollout()) text += way.id + ":remote " + way.route->successor + '\n';
    }
    return text;
  }

  const TableToExport& table_;
  const Configuration& configuration_;
  Ways ways_;
  std::vector<std::string> differences_;
};

}  // namespace

ExportedTable export_for_haproxy(const TableToExport& table) {
  return HaproxyWriter(table).write();
}

}  // namespace banyan::strangler
