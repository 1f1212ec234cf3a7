// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "banyan/json/shape.hpp"

namespace banyan::json {

/// A value that has no JSON: text that is not UTF-8, a number that is not finite, an enumerator
/// without a name. A fault of whoever made the value; says where it lies.
struct NotWritable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Appends the value as compact JSON, fields in the order of their description; empty optionals
/// are left out. `mask` restricts the fields of an object. Throws NotWritable.
void write_json(const Shape& shape, const void* value, std::string& out,
                FieldMask mask = kAllFields);

/// Appends a scalar without quotes, for a path segment or a query value (not yet percent-encoded).
void write_scalar(const Shape& shape, const void* value, std::string& out);

}  // namespace banyan::json
