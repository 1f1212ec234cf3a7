// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/stages/switchboard.hpp"

namespace banyan::strangler {

/// The body of a change.
struct ChangeOrder {
  Switchboard::Order order;
  Reason reason;
};

enum class ChangeKind : std::uint8_t { Shift, Next, Back };

/// Reads the body strictly: InvalidArgument "banyan.invalid_json", or "banyan.invalid_request" with
/// one detail per problem and its JSON pointer. Only `Shift` takes percent and writes; `Back` takes
/// no force.
Result<ChangeOrder> read_change_order(std::string_view body, ChangeKind kind);

}  // namespace banyan::strangler
