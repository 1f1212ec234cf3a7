// SPDX-License-Identifier: Apache-2.0
#include "call_evidence.hpp"

#include <chrono>
#include <optional>

#include "banyan/kernel/error_origin.hpp"
#include "banyan/routing/route_table.hpp"

namespace banyan::host {
namespace {

/// As of requests: a broken rule is an answer. Nothing for what says nothing about the side.
std::optional<strangler::Ending> ending_of(const Error* error) {
  using strangler::Ending;
  if (error == nullptr) return Ending::Good;
  switch (origin_of(*error)) {
    case ErrorOrigin::Kit: return std::nullopt;
    case ErrorOrigin::Stranger: return Ending::Failed;
    case ErrorOrigin::Module: break;
  }
  switch (error->code) {
    case ErrorCode::DeadlineExceeded: return Ending::TimedOut;
    case ErrorCode::Internal:
    case ErrorCode::Unavailable: return Ending::Failed;
    default: return Ending::Good;
  }
}

}  // namespace

CallEvidence::CallEvidence(const Parts& parts, const std::vector<ModuleEntry>& table)
    : parts_(parts) {
  for (const ModuleEntry& entry : table) {
    const std::string module(entry.port->name);
    for (const binding::OperationDescription& each : entry.describe().operations) {
      const strangler::Route route = strangler::route_of(
          {module, each.operation->name, each.at.method, each.at.path, each.operation->effect});
      operations_.emplace(each.operation, Judged{route.rollout, route.name,
                                                 &parts_.evidence.of(route.rollout, route.name),
                                                 &here_[route.rollout]});
    }
  }
}

void CallEvidence::ended(const Call& call) noexcept {
  const auto found = operations_.find(&call.operation);
  if (found == operations_.end() || call.context.copy) return;
  if (call.side == Side::Local) found->second.here->add(call.at, {1});
  const RoutingDecision* const decided = call.context.routed(call.port.name);
  if (decided != nullptr && decided->forced) return;
  std::optional<strangler::Ending> ending = ending_of(call.error);
  if (!ending) return;
  std::optional took = std::chrono::duration_cast<std::chrono::microseconds>(call.took);
  if (call.fell_back) {
    ending = strangler::Ending::FellBack;
    took.reset();
  }
  const Judged& judged = found->second;
  const bool tripped = judged.evidence->record(group_of(call), *ending, took);
  if (tripped) parts_.conductor.trip(judged.rollout, judged.name);
}

std::uint64_t CallEvidence::recent_here(std::string_view module, SteadyTime now) const {
  const auto found = here_.find(module);
  return found == here_.end() ? 0 : found->second.read(now)[0];
}

strangler::Group CallEvidence::group_of(const Call& call) const {
  if (call.side == Side::Remote) return strangler::Group::New;
  if (call.operation.effect == Effect::Write) return strangler::Group::Control;
  const auto group = strangler::group_of(sticky_bucket(call.port.name, call.context.stickiness_key),
                                         parts_.stages.traffic(call.port.name).reads);
  return group == strangler::Group::New ? strangler::Group::Old : group;
}

}  // namespace banyan::host
