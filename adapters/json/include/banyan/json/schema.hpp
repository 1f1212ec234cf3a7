// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "banyan/json/shape.hpp"

namespace banyan::json {

/// The key of a type's definition: its qualified name with dots, e.g. "orders.PlaceOrder".
std::string definition_name(const Shape& shape);

/// The JSON Schema (2020-12) of a shape. Objects and enumerations become references to
/// `prefix + definition_name`, and their definitions are added to `definitions`. The schema
/// accepts what the strict reader accepts.
nlohmann::ordered_json schema(const Shape& shape, nlohmann::ordered_json& definitions,
                              std::string_view prefix = "#/$defs/");

/// The schema of one field: its content, with its limit.
nlohmann::ordered_json schema(const Field& field, nlohmann::ordered_json& definitions,
                              std::string_view prefix = "#/$defs/");

/// A complete schema document of one type.
std::string schema_document(const Shape& shape);

}  // namespace banyan::json
