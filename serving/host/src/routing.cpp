// SPDX-License-Identifier: Apache-2.0
#include "routing.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/http/loopback.hpp"
#include "banyan/http/message.hpp"

namespace banyan::host {
namespace {

strangler::ListenPoint at(const http::Endpoint& endpoint) {
  return {{endpoint.host, endpoint.port}};
}

constexpr std::chrono::seconds kDrain{10};

constexpr std::string_view kInternal = "--internal-address";

bool is_unix(const strangler::Address& address) {
  return address.host.starts_with(http::kUnixPrefix);
}

bool has(const std::vector<strangler::ListenPoint>& points, const strangler::Address& address) {
  return std::ranges::find(points, address, &strangler::ListenPoint::address) != points.end();
}

/// Hosts that differ may be one: 127.0.0.1 and 0.0.0.0, which only the port keeps apart.
bool are_one(const strangler::Address& left, const strangler::Address& right) {
  if (is_unix(left) || is_unix(right)) return left == right;
  return left.port == right.port && left.port != 0;
}

/// What is wrong with where other processes of the application are to come; "": nothing. None of
/// its callers is asked who it is, so none may come whom the machine, or a certificate, does not
/// vouch for.
std::string trouble_with_internal(const strangler::Configuration& configuration) {
  const strangler::Address& address = *configuration.internal;
  const std::string said = to_string(http::Endpoint{address.host, address.port});
  for (const strangler::TlsListeners& each : configuration.tls) {
    if (!has(each.listen, address)) continue;
    if (each.tls.client_certificates == strangler::AskForCertificate::Required) return {};
    return said +
           " is where [[proxy.tls]] serves anybody; give that section client_certificates ="
           " \"required\" and the client_ca that signs those of the services";
  }
  const auto is_taken = [&](const strangler::ListenPoint& point) {
    return are_one(point.address, address);
  };
  std::string_view by;
  if (std::ranges::any_of(configuration.listen, is_taken)) by = "anybody comes";
  for (const strangler::TlsListeners& each : configuration.tls) {
    if (std::ranges::any_of(each.listen, is_taken)) by = "anybody comes";
  }
  if (configuration.operators && are_one(*configuration.operators, address)) by = "operators come";
  if (!by.empty()) {
    return said + " is where " + std::string(by) +
           "; give the application's own processes a port, or a Unix socket, of their own";
  }
  if (is_unix(address) || http::is_loopback(address.host)) return {};
  return said +
         " can be reached from other machines, and nobody there would be asked who he is; give an"
         " address of this machine, unix:/PATH, or a `listen` of [[proxy.tls]] with"
         " client_certificates = \"required\"";
}

}  // namespace

strangler::Overlay overlay_of(const Options& options) {
  return [options](strangler::Configuration& configuration) {
    if (options.listen) configuration.listen = {at(*options.listen)};
    if (options.operators) {
      configuration.operators =
          strangler::Address{options.operators->host, options.operators->port};
    }
    if (options.internal_address) {
      configuration.internal =
          strangler::Address{options.internal_address->host, options.internal_address->port};
    }
    if (options.sticky) configuration.stickiness_keys = {*options.sticky};
    if (!options.collector.empty()) {
      configuration.tracing.collector = options.collector;
      configuration.tracing.share = strangler::Percent::all();
    }
    if (options.drain) configuration.limits.drain_time = *options.drain;
  };
}

std::vector<strangler::FileProblem> problems_beside_options(
    const std::shared_ptr<const strangler::Routing>& routing) {
  if (!routing->configuration.internal) return {};
  std::string trouble = trouble_with_internal(routing->configuration);
  if (trouble.empty()) return {};
  return {strangler::FileProblem{std::string(kInternal), {}, std::move(trouble)}};
}

namespace {

using Loaded =
    std::expected<std::shared_ptr<const strangler::Routing>, std::vector<strangler::FileProblem>>;

Loaded checked(Loaded loaded) {
  if (!loaded) return loaded;
  auto problems = problems_beside_options(*loaded);
  if (problems.empty()) return loaded;
  return std::unexpected(std::move(problems));
}

}  // namespace

std::expected<std::shared_ptr<const strangler::Routing>, std::vector<strangler::FileProblem>>
routing_of(const Options& options) {
  const strangler::Overlay overlay = overlay_of(options);
  if (!options.config_file.empty()) {
    return checked(strangler::load_routing(options.config_file, overlay));
  }
  strangler::Configuration configuration;
  configuration.listen = {at(http::Endpoint{"127.0.0.1", 8080})};
  configuration.stickiness_keys = {strangler::StickinessKey{}};
  // A proxy in front that allows as many as a file's default adds some of its own.
  configuration.limits.header_fields = http::Limits().fields;
  configuration.limits.drain_time = kDrain;
  overlay(configuration);
  return checked(
      std::make_shared<const strangler::Routing>(strangler::Routing{std::move(configuration)}));
}

}  // namespace banyan::host
