// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/error.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/stages/control_store.hpp"

namespace banyan::cli::check {

/// What the control store of a configuration says now. Looked at only: none is made.
struct ControlStoreNow {
  std::string file;                           ///< relative to the working folder
  std::optional<strangler::Stand> stand;      ///< nothing: there is none yet, or it cannot be read
  std::optional<Error> problem;               ///< why a proxy could not start with it
  std::optional<Error> unread;                ///< there is one, and this user cannot read it
  std::vector<strangler::TablePart> table{};  ///< that a process goes by, or went by last

  /// Legacy when nobody knows better.
  strangler::Traffic traffic(std::string_view rollout) const;
};

ControlStoreNow control_store_now(const strangler::Configuration& configuration,
                                  const std::string& config_file);

}  // namespace banyan::cli::check
