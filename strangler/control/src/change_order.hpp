// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "banyan/promotion/plan_desk.hpp"
#include "banyan/stages/switchboard.hpp"

/// The bodies of the orders of the admin API, read strictly: InvalidArgument "banyan.invalid_json",
/// or "banyan.invalid_request" with one detail per problem and its JSON pointer.
namespace banyan::strangler {

/// The body of a change.
struct ChangeOrder {
  Switchboard::Order order;
  Reason reason;
  bool gradually = false;
};

enum class ChangeKind : std::uint8_t { Shift, Shadow, Next, Back, Retire };

/// Only `Shift` takes percent and writes, only what gives the new side more passes over
/// differences, and only `Back` goes gradually, which is never forced; `Retire` needs evidence.
Result<ChangeOrder> read_change_order(std::string_view body, ChangeKind kind);

struct OrderOfPlan {
  PlanOrder order;
  Reason reason;
};
/// Only a start takes steps, dwell and samples, and words to pass something over only that and a
/// resume; only an abort goes gradually.
Result<OrderOfPlan> read_plan_order(std::string_view body);

struct GotoOrder {
  Switchboard::Goto where;
  Reason reason;
};
Result<GotoOrder> read_goto_order(std::string_view body);

}  // namespace banyan::strangler
