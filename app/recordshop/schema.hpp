// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/host/application.hpp"

/// What of the shop's shared schema belongs to no module alone: for the shop and for its tools.
namespace recordshop {

const std::vector<banyan::migrations::Script>& shared_scripts();

/// What still ties the modules' tables together. Lines may go, none may come.
const std::vector<banyan::host::AllowedViolation>& violations();

}  // namespace recordshop
