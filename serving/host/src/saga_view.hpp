// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "assembly.hpp"

namespace banyan::host {

/// The document of /_banyan/api/sagas: the sagas of each module that keeps some here, those that
/// are not over and the newest others, with their steps, also those to come. Reads the modules'
/// tables.
std::string sagas_of(const Assembly& assembly);

}  // namespace banyan::host
