// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "banyan/json/reader.hpp"
#include "banyan/json/shape_of.hpp"
#include "banyan/json/writer.hpp"
#include "banyan/kernel/result.hpp"

/// JSON from and to described types (BOOST_DESCRIBE_STRUCT, BOOST_DESCRIBE_ENUM): structs with
/// bases, vectors, optionals, maps from strings, bool, integers, double, strings, enumerations,
/// ids, Money, Timestamp. Anything else does not compile and says why. Include it in .cpp files
/// only; it is no heavier than Boost.Describe.
namespace banyan::json {

/// InvalidArgument "banyan.invalid_json" when the text is not JSON or exceeds the bounds, else
/// "banyan.invalid_request" with one detail per problem.
template <class T>
Result<T> decode(std::string_view text, Reading reading, const Bounds& bounds = {}) {
  T value{};
  Problems problems;
  read_json(shape_of<T>(), &value, text, reading, bounds, kAllFields, problems);
  if (!problems.empty()) return fail(std::move(problems).error("the document"));
  return value;
}

/// Throws NotWritable for a value that has no JSON.
template <class T>
std::string encode(const T& value) {
  std::string text;
  write_json(shape_of<T>(), &value, text);
  return text;
}

}  // namespace banyan::json
