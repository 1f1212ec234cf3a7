// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "banyan/comparison/credential_fields.hpp"
#include "banyan/comparison/rules.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/shadowing/held_back.hpp"
#include "copy_rules.hpp"
#include "rollout_book.hpp"

namespace banyan::serving {

struct Target;

/// What goes on between the two sides of a target, beside that one of them answers: how its reads
/// are copied to the other one and compared, and when the old one answers in place of the new one.
/// Immutable but for what it leads to.
struct BothSides {
  std::shared_ptr<RolloutFigures> figures;

  strangler::ShadowPlan shadow;
  bool shadow_declared = false;             ///< by the file; else the usual one
  strangler::CredentialFields credentials;  ///< by which a request says who asks
  /// What is not copied for that; never null.
  std::shared_ptr<strangler::HeldBack> held_back = std::make_shared<strangler::HeldBack>();
  std::shared_ptr<const CopyRules> copies;    ///< what they carry by name; never null
  strangler::CopySampler* sampler = nullptr;  ///< of `figures`; null: it has no reads
  std::shared_ptr<strangler::Findings> findings;
  strangler::OperationRules rules;

  std::optional<strangler::FallbackPlan> fallback;  ///< none: nobody answers in its place
};

/// What the file says about it. `target` has both sides, `copies` what it says of the rollout's.
std::shared_ptr<const BothSides> both_sides_of(const Target& target,
                                               const strangler::Configuration& configuration,
                                               std::shared_ptr<const CopyRules> copies,
                                               RolloutBook& book);

/// May the old side of the target be asked something that no client has asked of it? One budget for
/// all of that, and for the retries of an upstream. Who can do without has half of it.
bool may_ask_old_side_more(const Target& target, const Clock& clock, bool can_do_without);

}  // namespace banyan::serving
