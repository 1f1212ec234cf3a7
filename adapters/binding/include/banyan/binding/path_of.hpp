// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/json/shape.hpp"

namespace banyan::binding {

/// "/orders/{id}" with the fields of `value` in place of its parameters, each of which must be one.
std::string path_of(std::string_view path, const json::Shape& shape, const void* value);

}  // namespace banyan::binding
