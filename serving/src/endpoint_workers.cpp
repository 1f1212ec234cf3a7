// SPDX-License-Identifier: Apache-2.0
#include "endpoint_workers.hpp"

namespace banyan::serving {

EndpointWorkers::EndpointWorkers(const std::vector<Endpoint>& endpoints,
                                 const EndpointThreads& threads, const OnTaskFault& on_fault) {
  for (const Endpoint& endpoint : endpoints) {
    if (endpoint.at_once) continue;
    std::unique_ptr<Executor>& pool = pools_[{endpoint.module, endpoint.effect}];
    if (pool) continue;
    const bool reads = endpoint.effect == Effect::Read;
    pool =
        make_worker_pool(reads ? threads.each.reads : threads.each.writes, threads.queue, on_fault);
  }
}

Executor& EndpointWorkers::of(const Endpoint& endpoint) const {
  return *pools_.at({endpoint.module, endpoint.effect});
}

}  // namespace banyan::serving
