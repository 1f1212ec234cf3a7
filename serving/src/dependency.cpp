// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/dependency.hpp"

#include <utility>

#include "banyan/http/tls.hpp"
#include "tls_material.hpp"
#include "upstream_options.hpp"

namespace banyan::serving {

strangler::UpstreamGroup dependency(const std::string& module,
                                    const std::vector<http::Endpoint>& instances,
                                    const strangler::Configuration& configuration) {
  strangler::UpstreamGroup group;
  if (const auto* described = configuration.upstream(module)) {
    group = *described;
  } else {
    group.name = module;
    group.breaker.emplace();
  }
  group.instances.clear();
  for (const http::Endpoint& each : instances) group.instances.push_back({each.host, each.port});
  return group;
}

bool called_alike(const std::string& module, const strangler::Configuration& before,
                  const strangler::Configuration& now) {
  const auto of_calls = [&](const strangler::Configuration& configuration) {
    strangler::UpstreamGroup group = dependency(module, {}, configuration);
    group.host.clear();
    group.health.reset();
    if (group.tls) group.tls.emplace();
    return group;
  };
  return of_calls(before) == of_calls(now);
}

std::expected<std::shared_ptr<upstream::Group>, std::vector<strangler::FileProblem>>
dependency_group(const std::string& module, const std::vector<http::Endpoint>& instances,
                 const strangler::Configuration& configuration, const std::string& config_file,
                 const Clock& clock, upstream::OnHealthChange changed) {
  const strangler::UpstreamGroup described = dependency(module, instances, configuration);
  std::shared_ptr<http::TlsClient> tls;
  if (described.tls) {
    strangler::Configuration only;
    only.upstreams = {described};
    auto material = read_tls_material(only, config_file);
    if (!material) return std::unexpected(std::move(material.error().problems));
    tls = std::make_shared<http::TlsClient>(material->upstreams.at(module));
  }
  upstream::GroupOptions options = group_options(described, {}, std::move(tls));
  options.changed = std::move(changed);
  return std::make_shared<upstream::Group>(std::move(options), clock);
}

upstream::OnHealthChange logs_health(const telemetry::Log& log) {
  return [&log](const upstream::HealthChange& change) {
    log.write(change.passing ? telemetry::Level::Info : telemetry::Level::Warning,
              change.passing ? "instance_healthy" : "instance_ejected",
              {{"upstream", change.group},
               {"instance", to_string(change.instance)},
               {"message", change.why}});
  };
}

}  // namespace banyan::serving
