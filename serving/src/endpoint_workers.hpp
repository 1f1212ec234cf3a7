// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/kernel/executor.hpp"
#include "banyan/serving/served.hpp"

namespace banyan::serving {

/// Where the endpoints of the application run: those of each module and effect on threads of their
/// own, so that however many wait for one module, the pages of the others are answered. The map is
/// made once; safe for concurrent use.
class EndpointWorkers {
 public:
  EndpointWorkers(const std::vector<Endpoint>& endpoints, const EndpointThreads& threads,
                  const OnTaskFault& on_fault = {});

  /// Of one of these endpoints.
  Executor& of(const Endpoint& endpoint) const;

 private:
  using Key = std::pair<std::string, Effect>;
  std::map<Key, std::unique_ptr<Executor>> pools_;
};

}  // namespace banyan::serving
