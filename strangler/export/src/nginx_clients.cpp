// SPDX-License-Identifier: Apache-2.0
#include "nginx_clients.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/target_path.hpp"
#include "banyan/kernel/listed.hpp"
#include "clients_words.hpp"
#include "nginx_maps.hpp"

namespace banyan::strangler {
namespace {

/// "x-real-ip" → "x_real_ip"
std::string header_variable(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

/// The names of clients_words() that are whole, and of the others those that are known.
std::vector<std::string> literal_words(const Configuration& configuration) {
  constexpr std::string_view kKnown[] = {
      "ssl-client-cert",    "ssl-client-verify",  "ssl-client-s-dn",
      "x-forwarded-by",     "x-forwarded-email",  "x-forwarded-groups",
      "x-forwarded-path",   "x-forwarded-port",   "x-forwarded-prefix",
      "x-forwarded-scheme", "x-forwarded-server", "x-forwarded-ssl",
      "x-forwarded-uri",    "x-forwarded-user",   "x-original-host",
      "x-original-uri",     "x-original-url",     "x-ssl",
      "x-ssl-client-cert"};
  std::vector<std::string> all;
  const auto words = clients_words(configuration);
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
    return !std::ranges::all_of(
        each, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  });
  return all;
}

std::string trusted_words(const Configuration& configuration,
                          std::vector<std::string>& differences) {
  std::string text = "geo $realip_remote_addr $banyan_trusted {\n  default  no;\n";
  for (const std::string& each : configuration.trusted_peers) {
    if (each == http::kUnixPrefix) {
      differences.push_back(
          "trusted_peers: what proxies that come by a Unix socket say of clients is left out, "
          "but for X-Forwarded-For, by which stickiness goes.");
      continue;
    }
    text += "  " + each + "  yes;\n";
  }
  text += "}\n";
  for (const std::string& each : literal_words(configuration)) {
    const std::string variable = header_variable(each);
    text += nginx_map("$banyan_trusted", "banyan_kept_" + variable,
                      {{"default", "\"\""}, {"yes", "$http_" + variable}});
  }
  for (const auto& [name, own] : {std::pair{"for", "$realip_remote_addr"},
                                  std::pair{"proto", "$scheme"}, std::pair{"host", "$http_host"}}) {
    const std::string header = std::string("$http_x_forwarded_") + name;
    const bool list = std::string_view(name) == "for";
    text += nginx_map("\"$banyan_trusted:" + header + '"', std::string("banyan_forwarded_") + name,
                      {{"default", own},
                       {nginx_word("~^yes:."), list ? nginx_word(header + ", " + own) : header}});
  }
  return text;
}

bool is_sticky(const Configuration& configuration, std::string_view name) {
  return std::ranges::any_of(configuration.stickiness_keys, [&](const StickinessKey& each) {
    return each.source == StickinessKey::Source::Header &&
           std::ranges::equal(each.name, name, {}, http::folded);
  });
}

/// What is said to upstreams, as clients could say it besides where "_" is let in.
std::vector<std::string> with_underscores(const Configuration& configuration) {
  std::vector<std::string> all = literal_words(configuration);
  for (const char* own :
       {"banyan-routing", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}) {
    all.emplace_back(own);
  }
  std::erase_if(all, [](const std::string& each) { return !each.contains('-'); });
  for (std::string& each : all) each = header_variable(each);
  // The field that stickiness goes by, if it is one of these, is let in on purpose.
  std::erase_if(all, [&](const std::string& each) { return is_sticky(configuration, each); });
  std::ranges::sort(all);
  const auto again = std::ranges::unique(all);
  all.erase(again.begin(), again.end());
  return all;
}

}  // namespace

bool nginx_trusts_anybody(const Configuration& configuration) {
  return !configuration.trusted_peers.empty();
}

bool nginx_has_underscores(const Configuration& configuration) {
  return std::ranges::any_of(configuration.stickiness_keys, [](const StickinessKey& each) {
    return each.source == StickinessKey::Source::Header && each.name.contains('_');
  });
}

std::string nginx_clients(const TableToExport& table, const Ways& ways,
                          std::vector<std::string>& differences) {
  const Configuration& configuration = table.configuration;
  std::string text = "\n# What upstreams are told.\n";
  MapEntries hosts{{"default", "$http_host"}};
  for (const UpstreamGroup& each : configuration.upstreams) {
    if (each.host.empty()) continue;
    // What map takes for a word of its own.
    const bool special = each.name == "default" || each.name == "hostnames" ||
                         each.name == "include" || each.name == "volatile";
    hosts.emplace_back((special ? "\\" : "") + each.name, nginx_word(each.host));
  }
  text += nginx_map("$banyan_upstream", "banyan_host", hosts);
  MapEntries stamps{{"default", "\"\""}};
  for (const Way& way : ways.ways) {
    if (!way.in_rollout()) continue;
    stamps.emplace_back(way.id, nginx_word(ways.rollouts[way.rollout].name + "=$banyan_side;rev=" +
                                           std::to_string(table.stages.revision)));
  }
  text += nginx_map("$banyan_way", "banyan_routing", stamps);
  text += nginx_map("$http_upgrade", "banyan_upgrade",
                    {{"default", "\"\""}, {nginx_word("~*^websocket$"), "$http_upgrade"}});
  text +=
      nginx_map("$banyan_upgrade", "banyan_connection", {{"\"\"", "\"\""}, {"default", "upgrade"}});
  text += nginx_map("$http_x_request_id", "banyan_request_id",
                    {{"\"\"", "$request_id"}, {"default", "$http_x_request_id"}});
  text += nginx_map("$http_x_correlation_id", "banyan_correlation_id",
                    {{"\"\"", "$banyan_request_id"}, {"default", "$http_x_correlation_id"}});
  if (nginx_trusts_anybody(configuration)) text += trusted_words(configuration, differences);
  return text;
}

std::string nginx_fields(const Configuration& configuration,
                         std::vector<std::string>& differences) {
  const bool trusts = nginx_trusts_anybody(configuration);
  std::string text;
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
  for (const std::string& each : literal_words(configuration)) {
    say(each, trusts ? "$banyan_kept_" + header_variable(each) : "\"\"");
  }
  if (nginx_has_underscores(configuration)) {
    text +=
        "  # Applications that read \"_\" and \"-\" in names as the same would take these for "
        "those.\n";
    for (const std::string& each : with_underscores(configuration)) say(each, "\"\"");
    differences.push_back(
        "Header fields whose names have \"_\": what only a proxy may say is taken away in both "
        "spellings, all \"-\" and all \"_\", and passes in a mixed one (X-Forwarded_User). Of "
        "trusted peers nginx takes one for the other. See to it where an application does, too.");
  }
  std::vector<std::string> beginnings;
  for (const std::string& each : clients_words(configuration)) {
    if (each.ends_with('*')) beginnings.push_back(each);
  }
  if (!beginnings.empty()) {
    differences.push_back(
        "Header fields that only a proxy may say: nginx takes names, not beginnings of names. "
        "Of " +
        listed(beginnings) + ", those pass that banyan.conf does not name.");
  }
  return text;
}

}  // namespace banyan::strangler
