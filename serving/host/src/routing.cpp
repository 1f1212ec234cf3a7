// SPDX-License-Identifier: Apache-2.0
#include "routing.hpp"

#include <chrono>
#include <utility>

#include "banyan/http/message.hpp"

namespace banyan::host {
namespace {

strangler::ListenPoint at(const http::Endpoint& endpoint) {
  return {{endpoint.host, endpoint.port}};
}

constexpr std::chrono::seconds kDrain{10};

}  // namespace

strangler::Overlay overlay_of(const Options& options) {
  return [options](strangler::Configuration& configuration) {
    if (options.listen) configuration.listen = {at(*options.listen)};
    if (options.operators) {
      configuration.operators =
          strangler::Address{options.operators->host, options.operators->port};
    }
    if (options.sticky) configuration.stickiness_keys = {*options.sticky};
    if (!options.collector.empty()) {
      configuration.tracing.collector = options.collector;
      configuration.tracing.share = strangler::Percent::all();
    }
    if (options.drain) configuration.limits.drain_time = *options.drain;
  };
}

std::expected<std::shared_ptr<const strangler::Routing>, std::vector<strangler::FileProblem>>
routing_of(const Options& options) {
  const strangler::Overlay overlay = overlay_of(options);
  if (!options.config_file.empty()) return strangler::load_routing(options.config_file, overlay);
  strangler::Configuration configuration;
  configuration.listen = {at(http::Endpoint{"127.0.0.1", 8080})};
  configuration.stickiness_keys = {strangler::StickinessKey{}};
  // A proxy in front that allows as many as a file's default adds some of its own.
  configuration.limits.header_fields = http::Limits().fields;
  configuration.limits.drain_time = kDrain;
  overlay(configuration);
  return std::make_shared<const strangler::Routing>(strangler::Routing{std::move(configuration)});
}

}  // namespace banyan::host
