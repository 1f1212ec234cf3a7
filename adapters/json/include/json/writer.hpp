// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "json/shape.hpp"

namespace banyan::json {

/// A value that has no JSON: text that is not UTF-8, a number that is not finite, an enumerator
/// without a name. A fault of whoever made the value; says where it lies.
struct NotWritable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Appends the value as compact JSON, fields in the order of their description; empty optionals
/// are left out. Throws NotWritable.
void write_json(const Shape& shape, const void* value, std::string& out);

/// Appends a scalar without quotes, for a path segment or a query value (not yet percent-encoded).
void write_scalar(const Shape& shape, const void* value, std::string& out);

/// Appends the text in quotes; bytes that are not UTF-8 become U+FFFD. For texts that only
/// inform: error messages, logs.
void write_lossy(std::string_view text, std::string& out);

}  // namespace banyan::json
