// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "http/message.hpp"
#include "options.hpp"

namespace banyan::host {

/// What the request says about its unit: the configured cookie's or header's value; "" when it says
/// nothing.
std::string unit_of(const http::RequestHead& head, const StickyUnit& unit);

}  // namespace banyan::host
