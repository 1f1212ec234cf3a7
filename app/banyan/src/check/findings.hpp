// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/routing/route.hpp"
#include "banyan/serving/preview.hpp"
#include "check/control_store.hpp"

namespace banyan::cli::check {

enum class Weight : std::uint8_t {
  Problem,  ///< a proxy would not start
  Warning,  ///< it would, and something is unsafe or without effect
  Note,     ///< as the file says, and not what everybody would expect
};
std::string_view to_string(Weight weight);

/// Something in a file that whoever runs it should know.
struct Finding {
  Weight weight;
  std::string rule;                  ///< stable, e.g. "check.unused_upstream"
  strangler::FileLocation location;  ///< line 0: the file as a whole
  std::string message;               ///< what, and what to do about it
};

/// A proxy without routes serves nobody; an application adds the routes of its modules, which
/// nobody knows here.
bool may_be_of_an_application(const strangler::Configuration& configuration);

/// All of them, the heavy ones first.
std::vector<Finding> findings(const serving::Preview& preview, const ControlStoreNow& store,
                              const std::string& config_file);

}  // namespace banyan::cli::check
