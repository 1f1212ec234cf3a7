// SPDX-License-Identifier: Apache-2.0
#include "haproxy_backends.hpp"

#include <algorithm>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/ip_address.hpp"
#include "banyan/routing/keys.hpp"
#include "comments.hpp"

namespace banyan::strangler {
namespace {

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_./:@[],").contains(c);
}

/// For where "%" begins a variable.
std::string as_format(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '%' ? 2 : 1, c);
  return out;
}

std::string statuses(const HealthCheck& check) {
  std::string text;
  for (const auto& [from, to] : check.expect) {
    text.append(text.empty() ? "" : ",").append(std::to_string(from));
    if (from != to) text += '-' + std::to_string(to);
  }
  return text;
}

std::string health_lines(const UpstreamGroup& group, const HealthCheck& check) {
  std::string host = check.host.empty() ? group.host : check.host;
  // HTTP/1.1 wants one, and HAProxy has no word for "the address of the server".
  if (host.empty()) host = "localhost";
  std::string text = "  option httpchk\n  http-check send meth GET uri " +
                     haproxy_word(check.path) + " ver HTTP/1.1 hdr Host " + haproxy_word(host);
  for (const auto& [name, value] : check.headers) {
    text += " hdr " + haproxy_word(name) + ' ' + haproxy_word(as_format(value));
  }
  text += "\n  http-check expect status " + statuses(check) + '\n';
  return text + "  timeout check " + haproxy_time(check.timeout) + '\n';
}

std::string tls_words(const UpstreamGroup& group, const Address& instance,
                      std::vector<std::string>& differences) {
  if (!group.tls) return {};
  const UpstreamTls& tls = *group.tls;
  const std::string name = tls.server_name.empty() ? instance.host : tls.server_name;
  std::string text = " ssl ssl-min-ver ";
  text += tls.minimum_version == TlsMinimum::Tls13 ? "TLSv1.3" : "TLSv1.2";
  if (!http::IpAddress::parse(name)) text += " sni " + haproxy_word("str(" + name + ')');
  if (tls.insecure_verify_none) return text + " verify none";
  text += " verify required verifyhost " + haproxy_word(name) + " ca-file " +
          (tls.ca ? haproxy_word(tls.ca->name) : "@system-ca");
  if (tls.certificate) {
    const std::string told = "[upstreams." + group.name +
                             ".tls]: the certificate of its own is not exported, for HAProxy wants "
                             "chain and key in one file: add `crt FILE` to its servers.";
    if (std::ranges::find(differences, told) == differences.end()) differences.push_back(told);
  }
  return text;
}

std::string backend(const UpstreamGroup& group, std::vector<std::string>& differences) {
  std::string text = "\nbackend " + group.name + "\n  balance " +
                     (group.least_loaded ? "leastconn" : "roundrobin") + "\n  timeout connect " +
                     haproxy_time(group.connect_time) + "\n  timeout queue " +
                     haproxy_time(group.connect_time) + "\n  timeout server " +
                     haproxy_time(std::max(group.answer_time, group.stall_time)) + '\n';
  if (!group.host.empty())
    text += "  http-request set-header Host " + haproxy_word(group.host) + '\n';
  if (group.health) text += health_lines(group, *group.health);
  std::size_t number = 0;
  for (const Address& each : group.instances) {
    text += "  server " + group.name + '_' + std::to_string(++number) + ' ' +
            haproxy_address(each) + " maxconn " + std::to_string(group.max_requests) +
            tls_words(group, each, differences);
    if (group.health) {
      text += " check inter " + haproxy_time(group.health->every) + " rise " +
              std::to_string(group.health->healthy_after) + " fall " +
              std::to_string(group.health->unhealthy_after);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string haproxy_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_safe)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

std::string haproxy_address(const Address& address) {
  if (address.host.starts_with(http::kUnixPrefix)) {
    return haproxy_word("unix@" + address.host.substr(http::kUnixPrefix.size()));
  }
  const bool v6 = address.host.contains(':');
  return haproxy_word((v6 ? '[' + address.host + ']' : address.host) + ':' +
                      std::to_string(address.port));
}

std::string haproxy_time(std::chrono::milliseconds time) {
  return time_text(static_cast<std::uint64_t>(time.count()));
}

std::string haproxy_backends(const Configuration& configuration,
                             std::vector<std::string>& differences) {
  std::string text;
  for (const UpstreamGroup& each : configuration.upstreams) text += backend(each, differences);
  if (!text.empty()) {
    differences.push_back(
        "[upstreams.NAME]: a request for which no instance has room (max_requests) waits for "
        "connect_time before it is told 503. Only what could not be connected is tried again, up "
        "to three times and without a budget. stream_time and the limits of answers' heads are "
        "not here.");
  }
  return text;
}

}  // namespace banyan::strangler
