// SPDX-License-Identifier: Apache-2.0
#include "check/copies.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "banyan/forwarding/stickiness_key.hpp"
#include "banyan/http/endpoint.hpp"
#include "banyan/http/loopback.hpp"
#include "banyan/http/names_alike.hpp"

namespace banyan::cli::check {
namespace {

using strangler::Configuration;
using strangler::Route;

bool tells_users_apart(const Configuration& configuration, const std::string& field) {
  return std::ranges::any_of(configuration.stickiness_keys,
                             [&](const strangler::StickinessKey& key) {
                               return key.source == strangler::StickinessKey::Source::Header &&
                                      http::names_are_alike(key.name, field);
                             });
}

/// Of those by which a copy is from another than the client: a secret, or what users are told
/// apart by.
const strangler::CopyField* first_name(const Configuration& configuration,
                                       const std::vector<strangler::CopyField>& fields) {
  const auto found = std::ranges::find_if(fields, [&](const strangler::CopyField& each) {
    return !each.file.empty() || tells_users_apart(configuration, each.name);
  });
  return found == fields.end() ? nullptr : &*found;
}

/// What one is answered is no measure of what another is.
void look_at_names_of_copies(const Configuration& configuration, std::vector<Finding>& found) {
  for (const strangler::RolloutPlan& plan : configuration.rollouts) {
    if (!plan.shadow) continue;
    const strangler::CopyField* const for_new = first_name(configuration, plan.shadow->set);
    const strangler::CopyField* const for_old = first_name(configuration, plan.shadow->set_old);
    if (for_new == nullptr && for_old == nullptr) continue;
    const strangler::CopyField& field = for_new != nullptr ? *for_new : *for_old;
    std::string message = "copies of " + plan.name + " ask in their own name (" + field.name +
                          ", in [rollouts." + plan.name +
                          ".shadow]), and are compared with what the client was answered: what "
                          "depends on who asks differs, and says nothing of the new side, "
                          "though a plan goes by it. Copy what everybody gets alike, or name "
                          "the rest in [rollouts." +
                          plan.name + ".compare]";
    if (for_new != nullptr && for_old == nullptr) {
      message +=
          "; with set_old noise is measured in the same way, and takes what differs so for noise";
    }
    add(found, Weight::Note, "copies_ask_in_their_own_name", field.location, std::move(message));
  }
}

bool is_of_this_machine(const strangler::UpstreamGroup& group) {
  return std::ranges::all_of(group.instances, [](const auto& each) {
    return each.host.starts_with(http::kUnixPrefix) || http::is_loopback(each.host);
  });
}

void look_at_way(const Configuration& configuration, const strangler::RolloutPlan& plan,
                 const std::vector<strangler::CopyField>& fields, std::string Route::* side,
                 std::vector<Finding>& found) {
  const auto secret = std::ranges::find_if(
      fields, [](const strangler::CopyField& each) { return !each.file.empty(); });
  if (secret == fields.end()) return;
  for (const strangler::UpstreamGroup& group : configuration.upstreams) {
    const bool is_asked = std::ranges::any_of(configuration.routes, [&](const Route& route) {
      return route.rollout == plan.name && route.*side == group.name;
    });
    if (!is_asked || group.tls || is_of_this_machine(group)) continue;
    add(found, Weight::Note, "secret_in_the_clear", secret->location,
        "copies of " + plan.name + " bring the secret of " + secret->name + " to [upstreams." +
            group.name +
            "] without TLS: whoever listens on the way has it. Give it a section [upstreams." +
            group.name + ".tls], if that side speaks it");
  }
}

/// Whoever listens on the way has it.
void look_at_ways_of_secrets(const Configuration& configuration, std::vector<Finding>& found) {
  for (const strangler::RolloutPlan& plan : configuration.rollouts) {
    if (!plan.shadow) continue;
    look_at_way(configuration, plan, plan.shadow->set, &Route::successor, found);
    look_at_way(configuration, plan, plan.shadow->set_old, &Route::legacy, found);
  }
}

}  // namespace

void look_at_copies(const Configuration& configuration, std::vector<Finding>& found) {
  look_at_names_of_copies(configuration, found);
  look_at_ways_of_secrets(configuration, found);
}

}  // namespace banyan::cli::check
