// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/map/description.hpp"

/// The pages of the map, each made by a file of its own.
namespace banyan::map {

inline constexpr const char* kMadeBy =
    "<!-- Made by `banyan map` from the program itself; do not edit. A test compares them. -->\n";

/// "command" or "query".
std::string kind_of(const OperationInfo& operation);
/// "`POST /orders`".
std::string place_of(const OperationInfo& operation);
/// The sentence about a module: its README's, else its port's.
std::string purpose_of(const ModuleInfo& module);
/// "[orders](modules/orders.md)", from a page that is `depth` folders below the first one.
std::string link_to(const std::string& module, int depth = 0);

std::string operations_page(const Description& description);
std::string module_page(const Description& description, const ModuleInfo& module);

}  // namespace banyan::map
