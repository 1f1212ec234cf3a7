// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/upstream/group.hpp"

/// How the services of modules are called: what `[upstreams.MODULE]` says holds for calls between
/// modules and for what the edge forwards alike.
namespace banyan::serving {

/// The description of a module's service: the file's, or else with a breaker; its instances are
/// those given.
strangler::UpstreamGroup dependency(const std::string& module,
                                    const std::vector<http::Endpoint>& instances,
                                    const strangler::Configuration& configuration);

/// Whether calls that are made as `before` has it are made as `now` has it. Certificates and
/// authorities do not count, they are renewed; nor does what is only for what is forwarded.
bool called_alike(const std::string& module, const strangler::Configuration& before,
                  const strangler::Configuration& now);

/// The same as a group that calls can be made to. What is wrong with its certificates; names of
/// files are relative to the folder of `config_file`. `clock` must outlive the group. A server that
/// has it as ServedModule::service renews its certificates. `changed` as in upstream::GroupOptions.
std::expected<std::shared_ptr<upstream::Group>, std::vector<strangler::FileProblem>>
dependency_group(const std::string& module, const std::vector<http::Endpoint>& instances,
                 const strangler::Configuration& configuration, const std::string& config_file,
                 const Clock& clock, upstream::OnHealthChange changed = {});

/// Writes `instance_ejected` and `instance_healthy`. The log must outlive it.
upstream::OnHealthChange logs_health(const telemetry::Log& log);

}  // namespace banyan::serving
