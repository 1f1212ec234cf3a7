// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "binding/path_table.hpp"
#include "binding/wire.hpp"

namespace banyan::binding {

/// The operations that one server answers. Immutable, so safe for concurrent use.
class OperationTable {
 public:
  /// Throws std::invalid_argument as PathTable does.
  explicit OperationTable(std::vector<BoundOperation> operations);

  /// The operation, or the answer for who asked wrongly: 400 for a malformed path, 404, or 405
  /// with Allow.
  std::expected<const BoundOperation*, http::Response> match(std::string_view method,
                                                             std::string_view target) const;

  const std::vector<BoundOperation>& operations() const { return operations_; }

 private:
  std::vector<BoundOperation> operations_;
  PathTable paths_;
};

}  // namespace banyan::binding
