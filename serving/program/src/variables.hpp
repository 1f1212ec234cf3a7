// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace banyan::program {

/// "banyan-proxy" -> "BANYAN_PROXY_": what the variables of a program begin with.
std::string prefix_of(std::string_view program);

}  // namespace banyan::program
