// SPDX-License-Identifier: Apache-2.0
#include "nginx_maps.hpp"

#include <algorithm>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/target_path.hpp"
#include "banyan/kernel/listed.hpp"
#include "banyan/routing/keys.hpp"
#include "comments.hpp"
#include "path_pattern_text.hpp"

namespace banyan::strangler {
namespace {

std::vector<std::string> named_in_differences(const Configuration& configuration, auto holds) {
  std::vector<std::string> names;
  for (const UpstreamGroup& each : configuration.upstreams) {
    if (holds(each)) names.push_back(each.name);
  }
  return names;
}

/// "X-Tenant" → "x_tenant"; "" where nginx has no variable for it.
std::string variable_of(std::string_view header) {
  std::string text;
  for (const char c : header) {
    const char small = http::folded(c);
    const bool plain = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (!plain && small != '-' && small != '_') return {};
    text += small == '-' ? '_' : small;
  }
  return text;
}

/// $banyan_address: of IPv6 the first address of its /64, in the one spelling that it has, as
/// household_of() finds it. nginx writes $remote_addr in that spelling, too, so that it is known
/// where zeros are left out.
std::string address_map() {
  const std::string group = "[0-9a-f]+";
  const auto more = [&](const char* times) { return "(?::" + group + ')' + times; };
  const auto begins = [&](const std::string& groups) { return "~^(?<banyan_net>" + groups + ')'; };
  const std::string not_zero = "(?<!:0):";
  return nginx_map(
      "$remote_addr", "banyan_address",
      {{"default", "$remote_addr"},
       {nginx_word(begins(group + more("{3}")) + not_zero), "$banyan_net::"},
       {nginx_word(begins(group + more("{2}")) + not_zero + "0:"), "$banyan_net::"},
       {nginx_word(begins(group + ':' + group) + not_zero + "0:0:"), "$banyan_net::"},
       {nginx_word(begins(group) + "::(?<banyan_net_end>" + group + ')' + more("{4}") + '$'),
        "$banyan_net:0:0:$banyan_net_end::"},
       {nginx_word(begins(group + more("{0,2}")) + "::(?:" + group + more("{0,3}") + ")?$"),
        "$banyan_net::"},
       {nginx_word("~^::(?:" + group + more("{0,3}") + ")?$"), "::"}});
}

}  // namespace

std::string nginx_word(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string nginx_address(const Address& address) {
  if (address.host.starts_with(http::kUnixPrefix)) return nginx_word(address.host);
  const bool v6 = address.host.contains(':');
  return (v6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

std::string nginx_time(std::chrono::milliseconds time) {
  return time_text(static_cast<std::uint64_t>(time.count()));
}

std::string nginx_map(std::string_view source, std::string_view name, const MapEntries& entries) {
  constexpr std::size_t kWidest = 60;
  std::size_t width = 0;
  for (const auto& [from, to] : entries) {
    if (from != "#" && from.size() <= kWidest) width = std::max(width, from.size());
  }
  std::string text = "map " + std::string(source) + " $" + std::string(name) + " {\n";
  for (const auto& [from, to] : entries) {
    if (from == "#") {
      text += "  " + comment(to);
    } else {
      text += "  " + from + std::string(from.size() < width ? width - from.size() : 0, ' ') + "  " +
              to + ";\n";
    }
  }
  return text + "}\n";
}

std::string nginx_upstreams(const Configuration& configuration,
                            std::vector<std::string>& differences) {
  std::string text;
  for (const UpstreamGroup& group : configuration.upstreams) {
    text += "upstream " + group.name + " {\n  zone " + group.name + " 64k;\n";
    if (group.least_loaded) text += "  least_conn;\n";
    for (const Address& each : group.instances) {
      text += "  server " + nginx_address(each) +
              " max_conns=" + std::to_string(group.max_requests) + (group.tls ? " down" : "") +
              ";\n";
    }
    text += "  keepalive " + std::to_string(group.connections) + ";\n}\n";
  }
  const auto tls =
      named_in_differences(configuration, [](const UpstreamGroup& each) { return each.tls; });
  if (!tls.empty()) {
    differences.insert(differences.begin(),
                       "[upstreams.NAME.tls] of " + listed(tls) +
                           ": TLS to instances is not exported. Their servers are marked `down`, "
                           "so that nothing goes to them in clear: say proxy_pass https://… and "
                           "proxy_ssl_… for them, then take the mark away.");
  }
  const auto checked =
      named_in_differences(configuration, [](const UpstreamGroup& each) { return each.health; });
  if (!checked.empty()) {
    differences.push_back("[upstreams.NAME.health] of " + listed(checked) +
                          ": nginx asks no instance how it is. It leaves one out for ten seconds "
                          "that has failed a request.");
  }
  return text;
}

std::string nginx_key(const Configuration& configuration, std::vector<std::string>& differences) {
  // From the last source to the first: each falls back on the one before.
  std::string otherwise = "$banyan_address";
  std::vector<StickinessKey> sources;
  for (const StickinessKey& each : configuration.stickiness_keys) {
    if (each.source == StickinessKey::Source::Address) break;
    if (each.source == StickinessKey::Source::Header && variable_of(each.name).empty()) {
      differences.insert(differences.begin(),
                         "OTHER USERS: sticky = \"header:" + each.name +
                             "\" is left out, for nginx has no variable for a name with such "
                             "characters.");
      continue;
    }
    sources.push_back(each);
  }
  std::string text = address_map();
  for (std::size_t left = sources.size(); left > 0; --left) {
    const StickinessKey& each = sources[left - 1];
    const std::string name = "banyan_key" + (left == 1 ? "" : '_' + std::to_string(left));
    if (each.source == StickinessKey::Source::Header) {
      text += nginx_map("$http_" + variable_of(each.name), name,
                        {{"\"\"", otherwise}, {"default", "$http_" + variable_of(each.name)}});
    } else {
      const std::string variable = "banyan_cookie_" + std::to_string(left);
      const std::string value =
          each.source == StickinessKey::Source::Visit ? visit_expression() : "[^;]*[^; \\x09]";
      text += nginx_map("$http_cookie", name,
                        {{"default", otherwise},
                         {nginx_word("~(?:^|;)[ \\x09]*" + expression_of_name(each.name) + "=(?<" +
                                     variable + '>' + value + ")[ \\x09]*(?:;|$)"),
                          '$' + variable}});
    }
    otherwise = '$' + name;
  }
  if (sources.empty()) text += nginx_map(otherwise, "banyan_key", {{"default", otherwise}});
  const bool underscore = std::ranges::any_of(sources, [](const StickinessKey& each) {
    return each.source == StickinessKey::Source::Header && each.name.contains('_');
  });
  if (underscore) {
    differences.push_back(
        "Header fields whose names have \"_\" are let in, for stickiness goes by one of them, and "
        "nginx reads \"_\" and \"-\" in names as the same.");
  }
  return text;
}

}  // namespace banyan::strangler
