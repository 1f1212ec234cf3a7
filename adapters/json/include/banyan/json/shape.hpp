// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "banyan/kernel/likeness.hpp"
#include "banyan/kernel/limits.hpp"

namespace banyan::json {

struct Shape;
/// A function and not the shape itself, because types may contain themselves (a list of T in T).
using ShapeOf = const Shape& (*)();

enum class Kind : std::uint8_t {
  Boolean,
  Integer,
  Number,  ///< double
  String,
  Text,         ///< a value written as a string with a form of its own: ids, times
  Enumeration,  ///< on the wire the enumerator's name in snake_case
  Object,
  Array,
  Map,       ///< keys are strings
  Optional,  ///< only as the type of a field; absent on the wire when empty, never null
};

struct Field {
  std::string_view name;
  ShapeOf shape;
  void* (*in)(void* object);           ///< the field of that object
  const Limit* limit;                  ///< null when the type says it all
  const Likeness* likeness = nullptr;  ///< null when the type says how it is compared
};

struct Enumerator {
  std::string_view name;  ///< as on the wire
  std::int64_t value;
};

/// How a Kind::Text is read and written.
struct TextForm {
  bool (*parse)(std::string_view text, void* value);
  std::string (*print)(const void* value);
  std::string (*pattern)();   ///< ECMA-262, for the schema; "" when a format says it
  std::string_view format;    ///< of JSON Schema, e.g. "date-time"; "" when there is none
  std::string (*expected)();  ///< for people: "an id like trk_ and 32 hexadecimal digits"
  bool is_id = false;         ///< made by whoever makes the thing; see Alike::Generated
};

/// What a Kind::Array, Map or Optional can do. `key` matters to maps only.
struct Container {
  ShapeOf element;
  void* (*add)(void* container, std::string_view key);  ///< a fresh element of it
  std::size_t (*size)(const void* container);
  void (*each)(const void* container, void* visitor,
               void (*visit)(void* visitor, std::string_view key, const void* element));
};

/// A C++ type as the codec sees it: a table that is made at compile time from Boost.Describe, so
/// that reading, writing and describing a type cost no template code per type. Get it from
/// shape_of<T>() in "json/shape_of.hpp"; only that one is heavy to compile.
struct Shape {
  Kind kind;
  std::string_view type_name{};  ///< qualified C++ name; of objects and enumerations
  std::uint8_t bytes = 0;        ///< of integers and enumerations
  bool is_signed = false;
  std::span<const Field> fields{};
  std::span<const Enumerator> enumerators{};
  const TextForm* text = nullptr;
  const Container* container = nullptr;
};

/// Some of the fields of an object: bit i is field i.
using FieldMask = std::uint64_t;
inline constexpr std::size_t kMaxFields = 64;
inline constexpr FieldMask kAllFields = ~FieldMask{0};

constexpr bool is_optional(const Field& field) { return field.shape().kind == Kind::Optional; }

/// The field's shape with the optional around it taken off.
constexpr const Shape& content_of(const Field& field) {
  const Shape& shape = field.shape();
  return shape.kind == Kind::Optional ? shape.container->element() : shape;
}

/// Null when there is none of that name.
constexpr const Field* find_field(const Shape& object, std::string_view name) {
  for (const Field& field : object.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

/// One value without parts: what fits into a path segment or a query value.
constexpr bool is_scalar(const Shape& shape) {
  switch (shape.kind) {
    case Kind::Boolean:
    case Kind::Integer:
    case Kind::Number:
    case Kind::String:
    case Kind::Text:
    case Kind::Enumeration: return true;
    case Kind::Object:
    case Kind::Array:
    case Kind::Map:
    case Kind::Optional: return false;
  }
  return false;
}

}  // namespace banyan::json
