// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/id.hpp"

namespace banyan::sql {

/// Bytes that are not text. An empty blob is a blob of no bytes, never NULL.
struct Blob {
  std::vector<std::byte> bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

/// One value as the database has it, by storage class; monostate is NULL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

/// What a column of the database holds, whatever its engine calls it.
enum class Kind : std::uint8_t { Integer, Real, Text, Blob };

/// The kind of a value; of NULL, which fits any, Text.
Kind kind_of_value(const Value& value);

/// "NULL", "an integer", "a real number", "text" or "a blob": for messages, which never hold the
/// value itself.
std::string_view kind_of(const Value& value);

/// Throws Fault{Misuse}: the column holds another kind of value than the C++ type can take.
[[noreturn]] void wrong_kind(const Value& value, std::string_view wanted);

/// How a C++ type is written to and read from the database. There is one for std::int64_t, int,
/// unsigned, double, bool (0 or 1), std::string, Blob, Timestamp (its microseconds, a BIGINT),
/// Id<Tag> (its text) and std::optional of each (NULL). Modules may add their own by
/// specialising it, e.g. for an enum: `kind` says what kind of column it is read from.
template <class T>
struct Column;

template <std::integral T>
  requires(!std::same_as<T, bool>)
struct Column<T> {
  static constexpr Kind kind = Kind::Integer;
  static Value write(T value) {
    if (!std::in_range<std::int64_t>(value)) wrong_kind({}, "a number of 63 bits");
    return static_cast<std::int64_t>(value);
  }
  static T read(const Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || !std::in_range<T>(*number)) wrong_kind(value, "an integer in range");
    return static_cast<T>(*number);
  }
};

template <>
struct Column<bool> {
  static constexpr Kind kind = Kind::Integer;
  static Value write(bool value) { return std::int64_t{value}; }
  static bool read(const Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr || (*number != 0 && *number != 1)) wrong_kind(value, "0 or 1");
    return *number == 1;
  }
};

template <>
struct Column<double> {
  static constexpr Kind kind = Kind::Real;
  static Value write(double value) { return value; }
  static double read(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr) wrong_kind(value, "a number");
    return *number;
  }
};

template <>
struct Column<std::string> {
  static constexpr Kind kind = Kind::Text;
  static Value write(std::string_view value) { return std::string(value); }
  static std::string read(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) wrong_kind(value, "text");
    return *text;
  }
};

/// Parameters only: nothing owns the text that would be read.
template <>
struct Column<std::string_view> {
  static Value write(std::string_view value) { return std::string(value); }
};

template <>
struct Column<const char*> : Column<std::string_view> {};
template <>
struct Column<char*> : Column<std::string_view> {};  // what a string literal decays to here

template <>
struct Column<Blob> {
  static constexpr Kind kind = Kind::Blob;
  static Value write(const Blob& value) { return value; }
  static Blob read(const Value& value) {
    const auto* blob = std::get_if<Blob>(&value);
    if (blob == nullptr) wrong_kind(value, "a blob");
    return *blob;
  }
};

/// Parameters only: a column is read as what it holds.
template <>
struct Column<Value> {
  static Value write(const Value& value) { return value; }
};

template <>
struct Column<Timestamp> {
  static constexpr Kind kind = Kind::Integer;
  static Value write(Timestamp value) { return value.micros; }
  static Timestamp read(const Value& value) { return {Column<std::int64_t>::read(value)}; }
};

template <class Tag>
struct Column<Id<Tag>> {
  static constexpr Kind kind = Kind::Text;
  static Value write(const Id<Tag>& value) { return value.str(); }
  static Id<Tag> read(const Value& value) {
    auto id = Id<Tag>::parse(Column<std::string>::read(value));
    if (!id) wrong_kind(value, "an id that begins with '" + std::string(Tag::prefix) + "_'");
    return *std::move(id);
  }
};

template <>
struct Column<std::nullopt_t> {
  static Value write(std::nullopt_t) { return {}; }
};

template <class T>
struct Column<std::optional<T>> {
  static constexpr Kind kind = [] {
    if constexpr (requires { Column<T>::kind; }) {
      return Column<T>::kind;
    } else {
      return Kind::Text;  // a parameter only
    }
  }();
  static Value write(const std::optional<T>& value) {
    return value ? Column<T>::write(*value) : Value{};
  }
  static std::optional<T> read(const Value& value) {
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    return Column<T>::read(value);
  }
};

template <class T>
Value to_value(const T& value) {
  return Column<std::decay_t<T>>::write(value);
}

}  // namespace banyan::sql
