// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/binding/port_binding.hpp"

namespace banyan::binding {

struct ApiInfo {
  std::string title;
  std::string version;
  std::string description;
};

/// The OpenAPI 3.1 document of these ports: a path per resource, schemas from the described types,
/// the declared rules of every operation, and its effect and idempotency as x-banyan-effect and
/// x-banyan-idempotency. For the public without what is internal; for other modules with it.
/// Deterministic: the same ports give the same text.
std::string openapi(const ApiInfo& info, const std::vector<PortDescription>& ports,
                    Audience audience = Audience::Public);

}  // namespace banyan::binding
