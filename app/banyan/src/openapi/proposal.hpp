// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/kernel/operation.hpp"
#include "openapi/document.hpp"

namespace banyan::cli::openapi {

/// A route that is proposed for an operation.
struct ProposedRoute {
  std::string name;  ///< of the operationId; "" where that names nothing, or more than one
  std::string method;
  std::string path;
  Effect effect = Effect::Read;
  std::string comment;  ///< what the operation is, and what to think of; one line; or ""
  std::string doubt;    ///< why somebody has to look at it before it can be a route; or ""
};

/// A route for each operation, in their order: those without a doubt make one table with a route
/// for all that is left (prefix "/", all methods).
std::vector<ProposedRoute> propose(const std::vector<Operation>& operations);

}  // namespace banyan::cli::openapi
