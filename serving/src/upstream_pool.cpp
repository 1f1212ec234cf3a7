// SPDX-License-Identifier: Apache-2.0
#include "upstream_pool.hpp"

#include <utility>

#include "upstream_options.hpp"

namespace banyan::serving {
namespace {

/// The one of before, because connections that are kept belong to it; or that of the calls to the
/// same service, so that both are renewed together.
std::shared_ptr<http::TlsClient> tls_of(http::TlsClient::Context context,
                                        const UpstreamPool::Before& before) {
  if (!context) return nullptr;
  if (before.pool != nullptr && before.pool->tls) return before.pool->tls;
  if (before.group != nullptr && before.group->options().connections.tls) {
    return before.group->options().connections.tls;
  }
  return std::make_shared<http::TlsClient>(std::move(context));
}

upstream::GroupOptions with(upstream::GroupOptions options, upstream::OnHealthChange changed) {
  options.changed = std::move(changed);
  return options;
}

}  // namespace

UpstreamPool::UpstreamPool(const strangler::UpstreamGroup& described, const Common& common,
                           http::TlsClient::Context tls_context, Before before)
    : group(described),
      tls(tls_of(std::move(tls_context), before)),
      instances(std::make_shared<upstream::Group>(
          with(group_options(described, common.health, tls), common.changed), common.clock,
          before.pool != nullptr ? before.pool->instances.get() : before.group)),
      forwarder(common.forwarding) {}

void UpstreamPool::begin(http::TlsClient::Context tls_context, upstream::HealthChecks* checks) {
  if (tls && tls_context) tls->use(std::move(tls_context));
  if (std::exchange(begun, true)) return;
  if (group.health && checks != nullptr) {
    checking = checks->watch(instances, check_plan(group));
  } else {
    instances->forget_checks();
  }
}

}  // namespace banyan::serving
