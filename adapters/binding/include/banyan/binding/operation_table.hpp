// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "banyan/binding/context_headers.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/http/path_table.hpp"

namespace banyan::binding {

/// An operation as a table of paths needs to know it: by "module.operation". No irregular path
/// leads to it. Throws std::invalid_argument for what cannot be the resource of an operation: a
/// method that none has, or a path whose texts would have to be escaped.
http::PathEntry path_entry(const BoundOperation& operation);

/// Why nobody answers what `match` has found nothing for: a malformed path, nothing there, or
/// nothing with this method.
Error not_found(const http::PathMatch& match, std::string_view method, std::string_view target);
/// The answer that says so: 400, 404, or 405 with Allow; 204 with Allow for OPTIONS of what is
/// there (RFC 9110 §9.3.7).
http::Response not_found_answer(const http::PathMatch& match, std::string_view method,
                                std::string_view target, std::string_view correlation_id = {});
/// Those of the operations that a listener with this trust serves: at the edge all but the internal
/// ones, which are then as if they did not exist, in 404 and Allow too.
std::vector<BoundOperation> served_to(Trust trust, std::vector<BoundOperation> operations);

/// The operations that one server answers. Immutable, so safe for concurrent use.
class OperationTable {
 public:
  /// Throws std::invalid_argument, with every problem on a line of its own, for what path_entry()
  /// or PathTable refuses.
  explicit OperationTable(std::vector<BoundOperation> operations);

  /// The operation, or the answer that needs none: 400 for a malformed path, 404, 405 with Allow,
  /// and 204 with Allow for OPTIONS.
  std::expected<const BoundOperation*, http::Response> match(std::string_view method,
                                                             std::string_view target) const;

  const std::vector<BoundOperation>& operations() const { return operations_; }

 private:
  std::vector<BoundOperation> operations_;
  http::PathTable paths_;
};

}  // namespace banyan::binding
