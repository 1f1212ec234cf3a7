// SPDX-License-Identifier: Apache-2.0
#include "check/trust.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "banyan/forwarding/trusted_peers.hpp"
#include "banyan/serving/secret_file.hpp"

namespace banyan::cli::check {
namespace {

using serving::Preview;
using strangler::Configuration;

/// Other secrets are refused when they are open to everybody; keys are often laid out by others.
void look_at_keys(const Configuration& configuration, const std::filesystem::path& folder,
                  std::vector<Finding>& found) {
  const auto look = [&](const strangler::NamedFile& key) {
    if (const auto open = serving::why_open_to_everybody((folder / key.name).string())) {
      add(found, Weight::Warning, "key_open_to_everybody", key.location, *open);
    }
  };
  for (const strangler::TlsListeners& each : configuration.tls) {
    for (const strangler::CertificateFiles& files : each.tls.certificates) look(files.key);
  }
  for (const strangler::UpstreamGroup& group : configuration.upstreams) {
    if (group.tls && group.tls->certificate) look(group.tls->certificate->key);
  }
}

void look_at_operators(const Preview& preview, std::vector<Finding>& found) {
  const auto listening = preview.listening();
  const auto operators = std::ranges::find(listening, true, &Preview::Listening::operators);
  if (operators == listening.end()) {
    add(found, Weight::Warning, "no_operators", {},
        "nobody can reach the operators' pages (/_banyan/, /metrics), and `banyan next` cannot "
        "either; set operators = \"127.0.0.1:9180\" in [proxy]");
  } else if (operators->clients && preview.configuration().operators_token_file.empty()) {
    add(found, Weight::Note, "operators_among_clients", {},
        "clients and operators share " + operators->url +
            ": whoever can call it from this machine moves traffic. Set operators = "
            "\"127.0.0.1:9180\" in [proxy], or operators_token_file, above all where another "
            "proxy stands in front");
  } else if (!operators->clients && !operators->of_this_machine) {
    add(found, Weight::Warning, "operators_in_the_clear", {},
        "operators bring their token to " + operators->url +
            " without TLS: whoever listens on the way moves traffic afterwards. Use a loopback "
            "address, and a tunnel to it");
  }
}

void look_at_trusted_peers(const Configuration& configuration, std::vector<Finding>& found) {
  // Two that have nothing in common but that they are addresses.
  constexpr std::array<std::array<const char*, 2>, 2> kAnybody{
      {{"8.0.0.1", "203.0.113.1"}, {"2001:db8::1", "2a00::1"}}};
  const auto peers = strangler::TrustedPeers::parse(configuration.trusted_peers);
  for (const auto& [one, other] : kAnybody) {
    if (!peers || !peers->contains(one) || !peers->contains(other)) continue;
    add(found, Weight::Warning, "everybody_is_trusted", {},
        "trusted_peers takes everybody's word about who the client is (X-Forwarded-For): limits, "
        "logs and stickiness then go by what clients make up. Name the proxies in front only");
    break;
  }
}

void look_at_unverified_upstreams(const Configuration& configuration, std::vector<Finding>& found) {
  for (const strangler::UpstreamGroup& group : configuration.upstreams) {
    if (!group.tls || !group.tls->insecure_verify_none) continue;
    add(found, Weight::Warning, "unverified_upstream", group.tls->location,
        "[upstreams." + group.name +
            ".tls] takes whoever answers for the upstream (verify = \"insecure-none\"); name "
            "its authority with ca = \"FILE\" instead");
  }
}

}  // namespace

void look_at_trust(const Preview& preview, const std::filesystem::path& folder,
                   std::vector<Finding>& found) {
  const Configuration& configuration = preview.configuration();
  look_at_keys(configuration, folder, found);
  look_at_operators(preview, found);
  look_at_trusted_peers(configuration, found);
  look_at_unverified_upstreams(configuration, found);
}

}  // namespace banyan::cli::check
